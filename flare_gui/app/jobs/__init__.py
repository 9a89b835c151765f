"""Long work beside the window: a thread, its progress bar, a process for what draws. It knows no document."""
