"""Orders in a CSV file, as spreadsheets in Brazil write it. Pure: no rows, no clock, no storage."""
