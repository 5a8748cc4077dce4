// Package demo plays the stories end to end through the public doors, and
// prints what happened as a timeline a person can read.
//
// Every step is what a person would do: a form sent, a page read, a button
// pressed. It must not open the database, call a package of the product, or
// shorten a step; where a law makes people wait, it moves the city's clock.
package demo
