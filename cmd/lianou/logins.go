package main

import "lianou/core/staff"

// login is one of the demo's accounts, as `up` prints it.
type login struct{ Role, Name, Person, Password string }

// demoLogins lists the accounts that the seed makes.
func demoLogins() []login {
	var list []login
	for _, d := range staff.Demo() {
		list = append(list, login{Role: d.Role + " " + d.Place, Name: d.Login, Person: d.Name, Password: staff.DemoPassword})
	}
	return list
}
