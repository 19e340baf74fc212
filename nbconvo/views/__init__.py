"""What people see of an execution: pure folds of its events, and their static renderings."""
