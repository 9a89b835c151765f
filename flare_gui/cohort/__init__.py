"""The cases of a batch as one: what is known of each, what a person said, and the numbers of all."""
