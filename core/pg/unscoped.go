package pg

// Unscoped lists every table without a region column under row-level security,
// and why none is needed. A test compares it with the catalogue of a migrated
// database: a new table is either scoped by lianou_scope_table or has a line here.
func Unscoped() map[string]string {
	return map[string]string{
		// pg
		"lianou_clock":     "one row, no person",
		"lianou_migration": "history of migrations, no person",
		// casefile
		"case_transition": "the legal steps between states, no person",
	}
}
