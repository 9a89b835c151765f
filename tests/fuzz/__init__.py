"""Files made to do harm, thrown at every reader: `make fuzz` runs a campaign, quick tests replay what it once found."""
