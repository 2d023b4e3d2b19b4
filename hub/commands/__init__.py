"""Where all parts of the hub keep their one word for each change: commands and their pure `decide`."""
