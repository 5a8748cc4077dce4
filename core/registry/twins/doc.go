// Package twins finds rows of the register that may be one person, lays them side by
// side, and keeps what people decide about them: the same, different, or later.
//
// A machine flags a pair and never decides it: no row is merged, closed or changed
// without two members of staff who said so, and no merge is undone without two. What was
// merged can be put back byte for byte (F31).
//
// It owns the tables person_pair, person_verdict, pair_scan, pair_pass and pair_idle. The rows of people, and
// which of them stands aside for another (registry.Alias), are the registry's: this package
// never writes them, and reads them through it but for the name that a list of pairs masks.
package twins
