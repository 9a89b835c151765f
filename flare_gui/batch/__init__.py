"""Many cases: one after another goes in, two files for each come out, and what became of all of them."""
