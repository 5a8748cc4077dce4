package main

// login is one of the demo's accounts, as `up` prints it.
type login struct{ Role, Name, Password string }

// demoLogins lists the accounts that the seed makes.
func demoLogins() []login { return nil }
