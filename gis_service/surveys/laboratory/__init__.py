"""检测: values of the laboratory against the limits of the day, as dated data."""
