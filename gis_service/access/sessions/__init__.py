"""One's own sign-ins: where one is signed in, and out again from here (ASVS 7.5.2)."""
