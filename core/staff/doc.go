// Package staff knows who works here: accounts, roles, the places each may see,
// kin and absence, passwords, second factors and sessions.
//
// A Person carries the expanded townships it may see and gives them as a
// database scope; what a role may do with a case is said by the routes and by
// workflow, not here. The package owns the tables staff_account, staff_relative,
// staff_kin, staff_kin_answer, staff_absence, staff_guess, staff_device,
// staff_session, staff_factor, staff_factor_paper, staff_shown and staff_demand. It must not know cases, show a password hash, or tell a stranger whether an account exists.
//
// Sessions and guesses run on the machine's time and not on the city's clock: a
// demonstration that moves the clock a week on throws nobody out.
package staff
