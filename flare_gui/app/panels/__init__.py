"""What stands beside the views: scan, findings, organs, comparison, the brush's settings. They follow the document."""
