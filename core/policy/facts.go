package policy

import (
	"slices"
	"strings"
)

// A FactID names one typed fact that a rule may ask. Household facts come first;
// from MemberBase on they are facts of one member.
type FactID uint8

// MemberBase is the first FactID that belongs to a member.
const MemberBase FactID = 64

// Facts of a household. Names follow the keys of core.Household; those after
// MembersCount are derived from lists.
const (
	Area FactID = iota
	Hukou
	IncomePerCapita
	Income12m
	FinancialAssets
	Houses
	Cars
	CarValue
	BusinessWithStaff
	Medical12m
	Education12m
	Rehab12m
	Rigid12m
	HouseGrade
	OwnsHome
	Renting
	LegalMatter
	FloorArea
	MembersCount
	ShockDays        // days since the latest listed shock; NoShock when there was none
	ShockYear        // a listed shock within the last twelve months
	DisasterYear     // a natural disaster within the last twelve months
	DisasterHome     // a natural disaster that damaged the home
	RecognisedDibao  // the five statuses as already recognised by an authority
	RecognisedTekun  //
	RecognisedEdge   //
	RecognisedRigid  //
	RecognisedPoor   //
	LivingRough      // no key in the schema: people find out
	DeathInFamily    // no key in the schema: people find out
	householdFactEnd //
)

// Facts of one member.
const (
	Age FactID = MemberBase + iota
	Sex
	DisabilityKind
	DisabilityGrade // 0 = certificate asked for and there is none
	ADLFailed
	NeedsCare
	WorkAbility
	Employment
	UnemployedMonths
	SchoolStage
	Orphan
	Unattended // both parents unable to care, in the sense of 民发〔2019〕62号
	Illness
	SelfPaid12m
	Insurance
	Pension
	Veteran
	UnionMember
	LostOnlyChild
	Supporter
	RehabDiagnosis // no key in the schema: a paper of the clinic says
	memberFactEnd
)

// Counts of facts, for flat vectors.
const (
	HouseholdFacts = int(householdFactEnd)
	MemberFacts    = int(memberFactEnd - MemberBase)
)

// NoShock is the value of ShockDays when it is known that there was no shock.
const NoShock = 1 << 30

// Unit is what a fact or a parameter is counted in. A comparison joins equal
// units only.
type Unit string

// The units. Money is written in yuan in YAML and held in fen; a ratio has three
// decimals and is held in thousandths.
const (
	UnitFen    Unit = "yuan"
	UnitCount  Unit = "count"
	UnitYears  Unit = "years"
	UnitMonths Unit = "months"
	UnitDays   Unit = "days"
	UnitM2     Unit = "m2" // held in hundredths
	UnitRatio  Unit = "ratio"
	UnitEnum   Unit = "enum"
	UnitBool   Unit = "bool"
)

// A Fact is one entry of the vocabulary.
type Fact struct {
	ID    FactID
	Key   string   // the name rules use
	Unit  Unit     //
	Words []string // of an enum, in the order of their values
	Said  []string // the same in Chinese
	Path  string   // the key of the household facts that answers it
	Label string   // what it is called in Chinese
	Asked bool     // false: no key in the facts; people find out (domain.md 1.2)

	Levels  []string // what its numbers are called, from 0 on; nil for what is counted
	Counter string   // what is said behind its number; "" for the word of the unit
}

// Amount says a value of a number: its level where it has levels, or how many of what.
func (f *Fact) Amount(v int64) string {
	if v >= 0 && v < int64(len(f.Levels)) {
		return f.Levels[v]
	}
	word := f.Counter
	if word == "" {
		word = f.Unit.Chinese()
	}
	return f.Unit.Number(v) + " " + word
}

// IsMember reports whether the fact belongs to a member.
func (id FactID) IsMember() bool { return id >= MemberBase }

// Index is the place of the fact in its flat vector.
func (id FactID) Index() int {
	if id.IsMember() {
		return int(id - MemberBase)
	}
	return int(id)
}

// Of gives the vocabulary's entry of a fact.
func (id FactID) Of() *Fact { return vocabulary[id] }

// FactByKey finds a fact by the name rules use.
func FactByKey(key string) (*Fact, bool) {
	f, found := byKey[key]
	return f, found
}

// Facts lists the vocabulary, household facts first.
func Facts() []*Fact { return slices.Clone(facts) }

// Word gives the value of an enum's word, and false when it is not one of its
// words.
func (f *Fact) Word(s string) (int64, bool) {
	i := slices.Index(f.Words, s)
	return int64(i), i >= 0
}

func yuan(id FactID, key, label string) *Fact { return plain(id, key, UnitFen, label) }
func flag(id FactID, key, label string) *Fact { return plain(id, key, UnitBool, label) }

func plain(id FactID, key string, unit Unit, label string) *Fact {
	return &Fact{ID: id, Key: key, Unit: unit, Path: key, Label: label, Asked: true}
}

// enum takes its words as "word=what people call it".
func enum(id FactID, key, label string, words ...string) *Fact {
	f := &Fact{ID: id, Key: key, Unit: UnitEnum, Path: key, Label: label, Asked: true}
	for _, w := range words {
		word, said, _ := strings.Cut(w, "=")
		f.Words, f.Said = append(f.Words, word), append(f.Said, said)
	}
	return f
}

func derived(id FactID, key string, unit Unit, path, label string) *Fact {
	return &Fact{ID: id, Key: key, Unit: unit, Path: path, Label: label, Asked: true}
}

// counted is a number of things that have a word of their own to be counted by.
func counted(f *Fact, counter string) *Fact {
	f.Counter = counter
	return f
}

// levelled is a number that stands for a level: grade 1 is no single thing.
func levelled(f *Fact, levels ...string) *Fact {
	f.Levels = levels
	return f
}

func people(id FactID, key, label string) *Fact {
	return &Fact{ID: id, Key: key, Unit: UnitBool, Path: key, Label: label}
}

// The vocabulary is a constant table: written here once and never changed while
// the program runs.
var (
	facts      = append(householdVocabulary(), memberVocabulary()...)
	byKey      = indexByKey(facts)
	vocabulary = indexByID(facts)
)

func householdVocabulary() []*Fact {
	return []*Fact{
		enum(Area, "area", "城里还是农村", "urban=城里", "rural=农村"),
		enum(Hukou, "hukou", "户口在哪", "local=德州", "other=外地", "permit=外地,有居住证"),
		yuan(IncomePerCapita, "income_per_capita_month", "平均每人每月收入"),
		yuan(Income12m, "income_12m", "全家一年收入"),
		yuan(FinancialAssets, "financial_assets_per_capita", "平均每人存款"),
		counted(plain(Houses, "houses", UnitCount, "有几处房"), "处"),
		counted(plain(Cars, "cars", UnitCount, "有几辆车"), "辆"),
		yuan(CarValue, "car_value", "车值多少钱"),
		flag(BusinessWithStaff, "business_with_staff", "有没有雇人做买卖"),
		yuan(Medical12m, "medical_12m", "一年自己花的看病钱"),
		yuan(Education12m, "education_12m", "一年自己花的上学钱"),
		yuan(Rehab12m, "rehab_12m", "一年自己花的康复钱"),
		yuan(Rigid12m, "rigid_12m", "一年必须花的大钱"),
		enum(HouseGrade, "house_grade", "房屋鉴定等级", "A=A", "B=B", "C=C", "D=D"),
		flag(OwnsHome, "owns_home", "房子是不是自家的"),
		flag(Renting, "renting", "是不是租房住"),
		enum(LegalMatter, "legal_matter", "打官司的事", "assistance_claim=要救助待遇", "maintenance=要赡养抚养费", "labour_pay=讨工钱", "injury=受伤赔偿", "domestic_violence=家暴", "none=没有"),
		plain(FloorArea, "floor_area_per_capita", UnitM2, "平均每人住房面积"),
		counted(derived(MembersCount, "members.count", UnitCount, "members", "家里几口人"), "口"),
		derived(ShockDays, "shock.days", UnitDays, "shocks", "最近出过什么事"),
		derived(ShockYear, "shock.within_year", UnitBool, "shocks", "一年里出过什么事"),
		derived(DisasterYear, "disaster.within_year", UnitBool, "shocks", "一年里受过灾没有"),
		derived(DisasterHome, "disaster.home_damaged", UnitBool, "shocks", "房子受灾坏了没有"),
		derived(RecognisedDibao, "recognised.dibao", UnitBool, "statuses", "是不是低保"),
		derived(RecognisedTekun, "recognised.tekun", UnitBool, "statuses", "是不是特困"),
		derived(RecognisedEdge, "recognised.edge", UnitBool, "statuses", "是不是低保边缘家庭"),
		derived(RecognisedRigid, "recognised.rigid", UnitBool, "statuses", "是不是刚性支出困难家庭"),
		derived(RecognisedPoor, "recognised.poor_file", UnitBool, "statuses", "是不是建档立卡或监测户"),
		people(LivingRough, "living_rough", "是不是在外没吃没住"),
		people(DeathInFamily, "death_in_family", "家里是不是有人去世"),
	}
}

func memberVocabulary() []*Fact {
	return []*Fact{
		plain(Age, "age", UnitYears, "多大年纪"),
		enum(Sex, "sex", "男还是女", "male=男", "female=女"),
		// The first word stands for "asked, and there is no certificate".
		derivedEnum(DisabilityKind, "disability.kind", "disability", "残疾证上是哪一类", "none=没有", "visual=视力", "hearing=听力", "speech=言语", "limb=肢体", "intellectual=智力", "mental=精神", "multiple=多重"),
		levelled(derived(DisabilityGrade, "disability.grade", UnitCount, "disability", "残疾等级"), "没有残疾证", "一级", "二级", "三级", "四级"),
		counted(plain(ADLFailed, "adl_failed", UnitCount, "吃饭穿衣等六样有几样自己做不了"), "样"),
		flag(NeedsCare, "needs_long_term_care", "是不是长期要人照护"),
		enum(WorkAbility, "work_ability", "能不能干活", "full=能", "partial=能干一点", "none=不能"),
		enum(Employment, "employment", "现在有没有工作", "employed=有工作", "unemployed_registered=登记失业", "idle=没工作", "student=上学", "retired=退休"),
		plain(UnemployedMonths, "unemployed_months", UnitMonths, "多久没工作"),
		enum(SchoolStage, "school_stage", "上什么学", "none=没上学", "preschool=幼儿园", "compulsory_boarding=小学初中住校", "compulsory_day=小学初中走读", "senior=高中", "vocational=中职", "tertiary_vocational=高职", "tertiary=大学"),
		flag(Orphan, "orphan", "是不是孤儿"),
		derived(Unattended, "parents.unattended", UnitBool, "parents", "父母的情况"),
		enum(Illness, "illness", "得的什么病", "none=没有", "serious=重病", "leukaemia=白血病", "breast_cancer=乳腺癌", "cervical_cancer=宫颈癌"),
		yuan(SelfPaid12m, "self_paid_medical_12m", "一年自己花的看病钱"),
		enum(Insurance, "insurance", "医保是哪一种", "none=没有", "resident=居民", "employee=职工"),
		enum(Pension, "pension", "养老保险是哪一种", "none=没有", "resident=居民", "employee=职工"),
		flag(Veteran, "veteran", "是不是退役军人"),
		flag(UnionMember, "union_member", "是不是工会会员"),
		flag(LostOnlyChild, "lost_only_child", "独生子女是不是没了或残疾"),
		enum(Supporter, "supporter", "有没有家人能按法律照顾", "none=没有", "incapable=有,但没能力", "capable=有"),
		people(RehabDiagnosis, "rehab_diagnosis", "有没有医院的残疾或孤独症诊断"),
	}
}

func derivedEnum(id FactID, key, path, label string, words ...string) *Fact {
	f := enum(id, key, label, words...)
	f.Path = path
	return f
}

func indexByKey(list []*Fact) map[string]*Fact {
	m := make(map[string]*Fact, len(list))
	for _, f := range list {
		m[f.Key] = f
	}
	return m
}

func indexByID(list []*Fact) []*Fact {
	v := make([]*Fact, memberFactEnd)
	for _, f := range list {
		v[f.ID] = f
	}
	return v
}
