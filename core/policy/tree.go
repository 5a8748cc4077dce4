package policy

// NodeKind is the shape of a Node.
type NodeKind uint8

// The kinds of nodes.
const (
	NodeAll        NodeKind = iota // every kid
	NodeAny                        // some kid
	NodeNot                        // not the one kid
	NodeAnyMember                  // some member meets the one kid
	NodeAllMembers                 // every member meets the one kid
	NodeAtLeast                    // at least N members meet the one kid
	NodeTest                       // Test
	NodeStatus                     // status number Status of the Book
)

// A Node is a criterion: a tree of all, any and not over tests and statuses, with
// quantifiers over the members. Under a quantifier, tests may ask facts of the
// member and of the household. Truth is three-valued (strong Kleene).
type Node struct {
	ID     int  // dense within a Library, for memory of what was already judged
	House  bool // asks nothing of a member, so that it is the same for all of them
	Kind   NodeKind
	Kids   []*Node
	Test   *Test
	Status int
	N      int
	Group  string // of the root of a named group: its name

	size int // nodes below and with it, as often as they are reached
}

// Op is how a fact is compared.
type Op string

// The comparisons.
const (
	Less    Op = "<"
	AtMost  Op = "<="
	More    Op = ">"
	AtLeast Op = ">="
	Equal   Op = "="
	Between Op = "between" // inclusive
	OneOf   Op = "in"      // words of an enum
	Holds   Op = "is"      // a bool
)

// A Test is one named condition over one fact, with its three sentences.
type Test struct {
	ID    int
	Name  string
	Fact  FactID
	Op    Op
	Low   int64  // inclusive bounds, when the limit is constant
	High  int64  //
	Words uint64 // bitset of allowed words, for enums and bools
	Limit *Limit // nil when the limit is constant

	Pass, Fail, Unknown Text
	Law                 string
}

// A Limit is what a number is compared with: a parameter or another fact, times a
// ratio parameter where By is set.
type Limit struct {
	Param ParamID // -1 when Fact is the base
	Fact  FactID  // used when Param is -1
	By    ParamID // ratio in thousandths; -1 for once
	Times int64   // whole factor fixed by the meaning, such as months in a year; 1 for none
}
