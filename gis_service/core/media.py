"""Media types that more than one room sends (registered with IANA)."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
