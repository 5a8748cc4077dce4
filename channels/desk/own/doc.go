// Package own is the desk's room of one's own account and of one's colleagues: everybody
// declares kin and leave there, the county confirms what was declared, and whoever arranges
// the leave of a township hands over what falls due meanwhile.
//
// It decides nothing itself: core/staff holds who may judge what, core/workflow who may
// take a case. Names and numbers of kin are shown masked, to those who declared them too.
package own
