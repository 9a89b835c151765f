"""`flare-gui --self-test DIR`: drives the real window through a day's work, with a picture of every step.

It is what support asks a user to run: the folder it leaves says what works on their computer and what does not.
"""
