package policy

import (
	"lianou/core"
)

// A Book is every rule in force on one day. It is immutable: nobody may change
// what its fields point at, and it may be shared by any number of goroutines.
type Book struct {
	Digest string    // SHA-256 of the sources and the period, lower-case hex; stored with every decision
	From   core.Date // first day of the period in which nothing changes
	Until  core.Date // first day after it; zero for open

	Packs       []Pack // of rules in force, by the day they begin
	Unsolved    UnsolvedDays
	Departments []Department
	Items       []Item // by No
	Statuses    []Status
	Tests       []*Test // every named condition, by Test.ID
	Params      []Param // by ParamID
	Rules       []Rule
	Calendar    *Calendar
	Index       *Index     // nil: the weights built into the formula
	Relations   []Relation // declared between standards; none in Books from before there were any
	Nodes       int        // how many numbers Node.ID runs over

	items  map[core.ItemCode]int
	params map[string]ParamID
}

// A Department owns items (承办部门).
type Department struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"`
}

// Category is the statutory class of an item.
type Category string

// Who decides an item by law and delegation (article mode, domain.md 1.4).
const (
	ByTownship = "township"
	ByCounty   = "county"
	ByOutside  = "outside"
)

// MaxItem is the highest number that an item may have, and so how many items a Book may
// hold: whoever judges everybody keeps sets of them as the bits of one word.
const MaxItem = 64

// An Item is one kind of assistance (救助事项).
type Item struct {
	Code       core.ItemCode
	No         int    // 1 to MaxItem, of its own among the items of a Book
	Name       string // official, for letters and desks
	Everyday   string // what people call it
	English    string
	Department Department
	Category   Category
	Law        []string

	BenefitKind []string // cash_monthly, cash_once, cash_term, in_kind, service, fee_waiver, voucher, settlement
	Benefit     Benefit

	Decides     string        // ByTownship, ByCounty or ByOutside
	Body        string        // the outside body or post that decides, in Chinese; "" for the usual one
	Ceiling     ParamID       // amount up to which the township decides, -1 for none
	ByLaw       string        // who decides by law, where Decides rests on a delegation
	LimitDays   int           // working days from acceptance to decision, in article mode
	CountyDays  int           // the same when the county decides instead; 0 for the same
	SpecialDays int           // the same in the special cases that the law names; 0 for none
	LimitMark   string        // "S" sourced, "X" sample
	LimitText   string        // where no number of days fits, such as a yearly round
	LimitLaw    string        // what fixes those days; "" when no pack does
	Survey      Survey        // when the household's means are looked into; 0 days where the law says nothing
	NoticeDays  int           // days of public notice
	NoticeFree  []string      // keys of the statuses that need no notice
	NoticeIn    bool          // the notice days lie inside LimitDays
	NoticeTwice bool          // by the township, and again by the county
	NoticeLaw   string        // what asks for the notice; "" when no pack does
	Appraisal   Appraisal     // when a case is appraised; "" where the law says nothing
	AppraiseLaw string        // what says so
	Review      []ReviewClass // how often it is looked at again; nil where the law says nothing
	Entry       []string      // apply, proactive, guardian, village, auto, school ...

	When   *Node // about the household; nil for always
	Person *Node // some member must meet it; nil for none. Those who do are the beneficiaries
}

// A Survey says by when the means of a household are looked into (调查).
type Survey struct {
	Days int  // working days from acceptance
	Done bool // it has ended by then; otherwise it has begun
	Law  string
}

// A Benefit says what is given.
type Benefit struct {
	Per     string   // month, once, term, year, season or ""
	Each    bool     // the amount is per beneficiary
	Formula *Formula // nil when the benefit is no money, or none that facts can tell
	Text    string   // in plain Chinese
}

// A Status is a standing that items hang on (low income, edge ...). It holds when
// an authority has recognised it or when it is computed from the facts.
type Status struct {
	Key        string // "dibao"
	Name       string
	Recognised FactID
	GrantedBy  core.ItemCode // the item whose approval recognises it; "" for none
	When       *Node         // computed; nil when only an authority can say

	TextRecognised, TextComputed, TextFail, TextUnknown Text
	Law                                                 string
}

// A Rule acts between two items in the bundle only; no finding changes by it.
type Rule struct {
	A, B   core.ItemCode
	Kind   RuleKind
	Person bool    // only when one and the same member benefits
	AtMost ParamID // amount bounding an overlap in the ranking of bundles, -1 for none
	// Part is the part of B that A overlaps with, for the member in question: no more
	// than it is deducted. nil: the whole of B, or with an AtMost a part that only an
	// officer can tell.
	Part *Formula
	Why  string
	Law  string
}

// RuleKind is how two items act on one another.
type RuleKind string

// The kinds of rules.
const (
	Exclude RuleKind = "exclude" // one or the other (互斥)
	Overlap RuleKind = "overlap" // both, but what A pays is deducted from B (补差)
)

// Item finds an item by its code.
func (b *Book) Item(code core.ItemCode) (*Item, bool) {
	i, found := b.items[code]
	if !found {
		return nil, false
	}
	return &b.Items[i], true
}

// Title is the name of an item for screens, the code itself for an unknown one.
func (b *Book) Title(code core.ItemCode) string {
	if it, found := b.Item(code); found {
		return it.Name
	}
	return string(code)
}
