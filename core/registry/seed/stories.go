package seed

import (
	"slices"

	"lianou/core"
	"lianou/core/registry"
)

// Story is one of the three families that demonstrations and tests tell about.
// Its people exist in every seeded city under the same ids and numbers.
type Story struct {
	Letter    string // "a", "b", "c"
	Title     string
	Household core.HouseholdID
	Region    core.RegionCode // the village
	Town      string          // 平原县王庙镇
	Village   string          // 东街村
	Door      string
	Members   []StoryMember // the first one is the applicant
	// Fixed is a good account for the applicant when the first one fails at the
	// bank; zero where it does not.
	Fixed core.BankAccount

	facts    string // household facts that the departments know
	declared string // household facts only the family can tell, sample of issue's stories
	shock    string // kind and loss of a sudden event, "" for none
	loss     core.Fen
}

// StoryMember is one person of a Story.
type StoryMember struct {
	Person   core.PersonID
	Ref      core.MemberRef
	Relation core.Relation
	Name     string
	ID       core.IDNumber
	Phone    core.Phone       // zero for none
	Account  core.BankAccount // zero for none
	facts    string
}

// The last four digits of a card by which the stand-in bank decides its answer
// (docs/bank-file.md). Cards with other endings are paid.
const (
	EndingClosed   = "0018" // 1002
	EndingMismatch = "0026" // 1001
)

const (
	noDisability = `"disability":{},"illness":"none","insurance":"resident","veteran":false,"lost_only_child":false,"union_member":false`
	homeOwned    = `"area":"rural","hukou":"local","houses":1,"cars":0,"business_with_staff":false,"owns_home":true,"renting":false,"statuses":[],"legal_matter":"none"`
)

// Stories tells the three families: (a) a mother of 59 with a son of disability
// grade 1; (b) a household of four whose daughter-in-law's illness ate the
// savings; (c) a child of nine with leukaemia, whose father's card was closed.
func Stories() []Story { return []Story{motherAndSon(), daughterInLaw(), sickChild()} }

func motherAndSon() Story {
	return Story{
		Letter: "a", Title: "五十九岁的母亲照顾一级残疾的儿子", Household: 1, Region: "371426104200", Town: "平原县王庙镇", Village: "东街村", Door: "18号",
		Members: []StoryMember{
			{1, "m", "applicant", "周桂兰", storyID("37242219671020992"), storyPhone("13905340011"), storyCard(1),
				noDisability + `,"work_ability":"partial","employment":"idle","pension":"resident"`},
			{2, "s", "child", "王小军", storyID("37142619930915991"), core.Phone{}, core.BankAccount{},
				`"disability":{"kind":"limb","grade":1},"adl_failed":5,"needs_long_term_care":true,"illness":"none","work_ability":"none",` +
					`"employment":"idle","pension":"resident","insurance":"resident","veteran":false,"union_member":false`},
		},
		facts:    homeOwned + `,"house_grade":"B","floor_area_per_capita":40,"shocks":[]`,
		declared: `"income_per_capita_month":390,"income_12m":9360,"financial_assets_per_capita":2000,"rigid_12m":4200`,
	}
}

func daughterInLaw() Story {
	return Story{
		Letter: "b", Title: "儿媳重病,积蓄花光", Household: 2, Region: "371424103200", Town: "临邑县德平镇", Village: "中严洼村", Door: "66号",
		Members: []StoryMember{
			{3, "m1", "applicant", "张秀英", storyID("37242819640318992"), storyPhone("13905340022"), storyCard(2),
				noDisability + `,"work_ability":"partial","employment":"idle","pension":"resident"`},
			{4, "m2", "child", "刘志强", storyID("37142419880506991"), storyPhone("13905340023"), storyCard(3),
				noDisability + `,"work_ability":"full","employment":"employed","pension":"resident"`},
			{5, "m3", "other", "王丽娟", storyID("37142419900822992"), core.Phone{}, core.BankAccount{},
				`"disability":{},"illness":"serious","self_paid_medical_12m":38000,"adl_failed":1,"needs_long_term_care":false,"work_ability":"none",` +
					`"employment":"idle","pension":"resident","insurance":"resident","veteran":false,"lost_only_child":false,"union_member":false`},
			{6, "m4", "grandchild", "刘浩然", storyID("37142420140611991"), core.Phone{}, core.BankAccount{},
				`"disability":{},"illness":"none","insurance":"resident","school_stage":"compulsory_day","work_ability":"none","orphan":false,"parents":["alive","seriously_ill"]`},
		},
		facts:    homeOwned + `,"house_grade":"B","floor_area_per_capita":26`,
		declared: `"income_per_capita_month":700,"income_12m":33600,"financial_assets_per_capita":1000,"medical_12m":38000,"education_12m":0,"rehab_12m":0,"rigid_12m":38000`,
		shock:    "sudden_illness", loss: core.Yuan(38_000),
	}
}

func sickChild() Story {
	return Story{
		Letter: "c", Title: "九岁的孩子得了白血病", Household: 3, Region: "371424106200", Town: "临邑县孟寺镇", Village: "孟寺村", Door: "31号",
		Members: []StoryMember{
			{7, "f", "applicant", "陈立国", storyID("37142419880127991"), storyPhone("13905340033"), CardEnding(EndingClosed),
				noDisability + `,"work_ability":"full","employment":"employed","pension":"resident"`},
			{8, "w", "spouse", "李红梅", storyID("37142419900402992"), storyPhone("13905340034"), storyCard(5),
				noDisability + `,"work_ability":"full","employment":"idle","pension":"resident"`},
			{9, "c", "child", "陈佳明", storyID("37142420171008991"), core.Phone{}, core.BankAccount{},
				`"disability":{},"illness":"leukaemia","school_stage":"compulsory_day","work_ability":"none","orphan":false,"parents":["alive","alive"],"insurance":"resident"`},
		},
		Fixed:    storyCard(4),
		facts:    homeOwned + `,"house_grade":"A","floor_area_per_capita":30`,
		declared: `"income_per_capita_month":440,"income_12m":15840,"financial_assets_per_capita":500,"medical_12m":65000,"rigid_12m":65000`,
		shock:    "sudden_illness", loss: core.Yuan(65_000),
	}
}

// storyDay is only what the numbers of the Stories are checked against; all were
// born before it.
var storyDay = core.NewDate(2026, 1, 1)

func storyID(first17 string) core.IDNumber {
	id, _ := core.ParseID(first17+string(core.IDCheckDigit(first17)), storyDay) // held by a test
	return id
}

func storyPhone(s string) core.Phone {
	p, _ := core.ParsePhone(s) // held by a test
	return p
}

// storyCard makes the n-th good card of the Stories.
func storyCard(n int) core.BankAccount {
	digits := cardPrefix + "00000053453" + string(rune('0'+n))
	a, _ := core.ParseBankAccount(digits + luhnDigit(digits)) // held by a test
	return a
}

// Applicant is the member through whom the family applies.
func (s Story) Applicant() StoryMember { return s.Members[0] }

// Known writes the family as the registry is to know it on a day: everything the
// departments have, nothing that only the family can tell.
func (s Story) Known(today core.Date) registry.NewHousehold {
	from := today - 40
	h := registry.NewHousehold{
		ID: s.Household, Live: core.Place{Region: s.Region, Detail: s.Door}, Hukou: s.Region.County(), Since: today.AddDate(-6, 0, 0),
		Sheets: byKeeper(s.facts, from),
	}
	for _, m := range s.Members {
		h.Members = append(h.Members, registry.NewPerson{
			ID: m.Person, Ref: m.Ref, Relation: m.Relation, Name: m.Name, IDNumber: m.ID, Birth: m.ID.Birth(), Sex: sexOf(m.ID.Male()),
			Phone: m.Phone, Account: m.Account,
			Sheets: byKeeper(m.facts, from),
		})
	}
	return h
}

// Declared is what the family tells at any door on a day: the facts of the
// household and of every member, a sudden event three weeks ago included.
func (s Story) Declared(on core.Date) core.Household {
	shocks := `"shocks":[]`
	if s.shock != "" {
		var o object
		o.word("kind", s.shock)
		o.word("date", (on - 21).String())
		o.yuan("loss", s.loss)
		shocks = `"shocks":[` + string(o.done()) + `]`
	}
	var facts object
	facts.word("on", on.String())
	facts.word("county", string(s.Region.County()))
	doc := string(facts) + "," + without(s.facts, `,"shocks":[]`) + "," + s.declared + "," + shocks + `,"members":[`
	for i, m := range s.Members {
		if i > 0 {
			doc += ","
		}
		var o object
		o.word("ref", string(m.Ref))
		o.word("relation", string(m.Relation))
		o.number("age", m.ID.Birth().Age(on))
		o.word("sex", string(sexOf(m.ID.Male())))
		doc += string(o) + "," + m.facts + "}"
	}
	h, _ := core.DecodeHousehold([]byte(doc + "]}")) // held by a test
	return h
}

func without(s, part string) string {
	if i := len(s) - len(part); i >= 0 && s[i:] == part {
		return s[:i]
	}
	return s
}

// StoryOf finds a Story by its letter.
func StoryOf(letter string) (Story, bool) {
	list := Stories()
	i := slices.IndexFunc(list, func(s Story) bool { return s.Letter == letter })
	if i < 0 {
		return Story{}, false
	}
	return list[i], true
}
