"""How many strokes a user needs to put a mask right: one of ours beside a ball brush and growing from seeds."""
