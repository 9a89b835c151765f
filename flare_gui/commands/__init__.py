"""What the sub-commands of `flare-gui` do; `flare_gui.cli` knows what they are called and which options they take."""
