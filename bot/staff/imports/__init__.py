"""Tables of groups and of assisted learners that staff send in: read, shown, taken in, taken back."""
