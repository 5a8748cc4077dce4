// Package change asks for a verified fact to be changed and lets another person decide.
//
// It owns the table change_request. A request says which fact of which household or
// person, what stood when it was asked for, what shall stand and why; one other member of
// staff accepts or refuses it, or who asked takes it back. What is accepted becomes a
// sheet of its own with the source "change:<id>", so that the register shows both the new
// word and what it overruled. A citizen's contest of what the city has of them comes in
// by the same door and freezes nothing; it is over when somebody noted how they were told
// what came of it.
//
// It must not change a fact by any other way, let one person both ask and decide, accept
// what would overrule something newer than who asked had seen, or say whether somebody's
// office may decide: that is the caller's to know.
package change
