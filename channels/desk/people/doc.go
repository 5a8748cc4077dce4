// Package people is the registry's room at the desk, for township, county and city
// officers within their own scope: find a person, see what is known of them with the
// source of every fact, and read how a household stands against all items.
//
// Every look is for a purpose from a short list and leaves its entry in the same
// transaction. A verified fact is corrected in two steps by two people: one asks, another
// says yes or no (core/registry/change). Whoever disputes what their household's index was
// made of has it written down the same way; it freezes nothing and is answered within days
// (F49). A birth, a death, a move or a split is tried, shown and then registered, and can
// be taken back (registry.Life). Beyond that the room must not decide, file or change
// anything: what it shows are records and findings, and whoever wants to act goes to the
// case. What was searched for never stands in an address or a log. It holds no SQL and no
// rule: core/registry finds and remembers, core/matching and core/hardship judge.
package people
