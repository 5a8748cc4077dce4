package policy

import "io/fs"

// Shipped is the sources of the policies that ship with the program: what Embedded
// loads, for who keeps them as the first edition or begins a draft from them.
func Shipped() (fs.FS, error) { return fs.Sub(embedded, "policies") }
