// Package simulate says what a change of the rules does to everybody (试算), before anybody
// signs it: who gains, who loses, whose amount is another, what it costs in a month, by
// item and by township.
//
// It owns the tables simulation and simulation_town. A simulation is cut by township, as a
// scan is; each township is judged from the packed rows by the Book before and the one
// after, and only where the comparison of the two says that something may differ. It keeps
// counts and sums and no household; it writes no finding, lays no lead and decides nothing.
//
// Sums are of what the best bundles give to everybody whom the rules fit by the facts as
// registered, for a household that has nothing yet: an upper bound of what will be paid,
// not a budget.
package simulate
