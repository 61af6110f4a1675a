"""What no single setting can know: whether the settings fit each other."""
