"""Points of a survey: taken in from files and forms, withdrawn with a reason, read with their strata, samples and photos."""
