"""A ward's official reports: when and to whom they are due, their words, the frozen figures, and the files."""
