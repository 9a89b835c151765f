"""The window itself: menus, what a user's wish sets going, saving, recovery, the four views side by side.

The top room: it sees every other room here, and none of them sees it.
"""
