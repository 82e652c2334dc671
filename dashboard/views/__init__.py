"""One module for each page, or for each tab of one."""
