"""The network, its weights and the way from a volume to its labels. The only place in the program that knows torch."""
