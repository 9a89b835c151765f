"""Numbers from masks: organ measures and the agreement of two masks."""
