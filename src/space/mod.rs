//! Where things are and what it costs to get there.
