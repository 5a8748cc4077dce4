package core

// Household is the facts of one household (家庭), in the vocabulary of the public
// contract samples/household.schema.json. A nil field means "not known", never
// false and never zero. Money is per the field's period, own pocket where it says
// so, and always in Fen inside (yuan in JSON).
//
// Field order is part of the contract: encoding a Household gives the same bytes
// for the same facts whatever door they came through (F2).
type Household struct {
	On     Date       `json:"on"`
	County RegionCode `json:"county"`

	Area  *Area  `json:"area,omitempty"`
	Hukou *Hukou `json:"hukou,omitempty"`

	IncomePerCapitaMonth     *Fen  `json:"income_per_capita_month,omitempty"`
	Income12m                *Fen  `json:"income_12m,omitempty"`
	FinancialAssetsPerCapita *Fen  `json:"financial_assets_per_capita,omitempty"`
	Houses                   *int  `json:"houses,omitempty"`
	Cars                     *int  `json:"cars,omitempty"`
	CarValue                 *Fen  `json:"car_value,omitempty"`
	BusinessWithStaff        *bool `json:"business_with_staff,omitempty"`

	Medical12m   *Fen `json:"medical_12m,omitempty"`
	Education12m *Fen `json:"education_12m,omitempty"`
	Rehab12m     *Fen `json:"rehab_12m,omitempty"`
	Rigid12m     *Fen `json:"rigid_12m,omitempty"`

	HouseGrade         *HouseGrade  `json:"house_grade,omitempty"`
	OwnsHome           *bool        `json:"owns_home,omitempty"`
	Renting            *bool        `json:"renting,omitempty"`
	LegalMatter        *LegalMatter `json:"legal_matter,omitempty"`
	FloorAreaPerCapita *Hundredths  `json:"floor_area_per_capita,omitempty"` // square metres

	Shocks   *[]Shock  `json:"shocks,omitempty"`   // nil: not asked; empty: asked, none
	Statuses *[]Status `json:"statuses,omitempty"` // already recognised; nil: not looked up

	// ShocksAsked is the day of the word on Shocks, zero for one of today: that nothing else
	// had happened says nothing of the days since. It is no fact and in no contract; a case
	// keeps it in the provenance (Told).
	ShocksAsked Date `json:"-"`

	Members []Member `json:"members"`
}

// ShocksPath is the path of what has happened to a household.
const ShocksPath = "shocks"

// Told takes from the sources of the facts the day of the word on what has happened: that of
// the record or, where its source gives none, the day on which it was said.
func (h *Household) Told(sources map[string]Provenance) {
	from, known := sources[ShocksPath]
	switch {
	case h.Shocks == nil || !known:
		h.ShocksAsked = 0
	case from.Since.IsZero() && !from.At.IsZero():
		h.ShocksAsked = DateOf(from.At)
	default:
		h.ShocksAsked = from.Since
	}
}

// Member is one counted member (共同生活家庭成员) of a Household.
type Member struct {
	Ref      MemberRef `json:"ref"`
	Relation Relation  `json:"relation,omitempty"`
	Age      *int      `json:"age"` // full years on Household.On
	Sex      *Sex      `json:"sex,omitempty"`

	Disability         *Disability  `json:"disability,omitempty"`
	ADLFailed          *int         `json:"adl_failed,omitempty"` // of six activities of daily living
	NeedsLongTermCare  *bool        `json:"needs_long_term_care,omitempty"`
	WorkAbility        *WorkAbility `json:"work_ability,omitempty"`
	Employment         *Employment  `json:"employment,omitempty"`
	UnemployedMonths   *int         `json:"unemployed_months,omitempty"`
	SchoolStage        *SchoolStage `json:"school_stage,omitempty"`
	Orphan             *bool        `json:"orphan,omitempty"`
	Parents            *[]Parent    `json:"parents,omitempty"`
	Illness            *Illness     `json:"illness,omitempty"`
	SelfPaidMedical12m *Fen         `json:"self_paid_medical_12m,omitempty"`
	Insurance          *Cover       `json:"insurance,omitempty"`
	Pension            *Cover       `json:"pension,omitempty"`
	Veteran            *bool        `json:"veteran,omitempty"`
	UnionMember        *bool        `json:"union_member,omitempty"`
	LostOnlyChild      *bool        `json:"lost_only_child,omitempty"`
	Supporter          *Supporter   `json:"supporter,omitempty"`
}

// Disability is a disability certificate (残疾人证). The empty value says that a
// certificate was asked for and there is none; grade 1 is the most severe.
type Disability struct {
	Kind  DisabilityKind `json:"kind,omitempty"`
	Grade int            `json:"grade,omitempty"`
}

// Shock is a sudden event that hit the household (突发困难).
type Shock struct {
	Kind        ShockKind `json:"kind"`
	Date        Date      `json:"date"`
	Loss        *Fen      `json:"loss,omitempty"`
	DamagedHome *Damage   `json:"damaged_home,omitempty"`
}

// Adult is the age from which somebody speaks for themselves, in years (民法典第17条).
const Adult = 18

// The enumerations below are closed. Their words are those of the schema; the
// Chinese terms citizens and officers see are in core/wording.
type (
	Area           string
	Hukou          string // 户口: local = anywhere inside the city
	HouseGrade     string // 房屋鉴定等级
	LegalMatter    string
	Status         string // 已认定身份
	Relation       string
	Sex            string
	DisabilityKind string
	WorkAbility    string
	Employment     string
	SchoolStage    string
	Parent         string // the state of one parent
	Illness        string
	Cover          string // of medical insurance or pension
	Supporter      string // 法定赡养抚养扶养义务人
	ShockKind      string
	Damage         string
)

// Enumerations lists, for each enumeration, its allowed words in schema order.
// Decoding refuses any other word.
var (
	areas           = []Area{"urban", "rural"}
	hukous          = []Hukou{"local", "other", "permit"}
	houseGrades     = []HouseGrade{"A", "B", "C", "D"}
	legalMatters    = []LegalMatter{"assistance_claim", "maintenance", "labour_pay", "injury", "domestic_violence", "none"}
	statuses        = []Status{"dibao", "tekun", "edge", "rigid", "poor_file"}
	relations       = []Relation{"applicant", "spouse", "child", "parent", "grandparent", "grandchild", "other"}
	sexes           = []Sex{"male", "female"}
	disabilityKinds = []DisabilityKind{"visual", "hearing", "speech", "limb", "intellectual", "mental", "multiple"}
	workAbilities   = []WorkAbility{"full", "partial", "none"}
	employments     = []Employment{"employed", "unemployed_registered", "idle", "student", "retired"}
	schoolStages    = []SchoolStage{"none", "preschool", "compulsory_boarding", "compulsory_day", "senior", "vocational", "tertiary_vocational", "tertiary"}
	parents         = []Parent{"alive", "dead", "missing", "severely_disabled", "seriously_ill", "in_prison", "in_detox", "uncontactable_6m"}
	illnesses       = []Illness{"none", "serious", "leukaemia", "breast_cancer", "cervical_cancer"}
	covers          = []Cover{"none", "resident", "employee"}
	supporters      = []Supporter{"none", "incapable", "capable"}
	shockKinds      = []ShockKind{"fire", "traffic", "accident", "sudden_illness", "disaster", "job_loss", "death_of_earner"}
	damages         = []Damage{"collapsed", "serious", "general", "none"}
)

// Hundredths is a non-money quantity with two decimals, such as square metres. In
// JSON it is a plain number.
type Hundredths int64

// MarshalJSON writes the number with at most two decimals.
func (h Hundredths) MarshalJSON() ([]byte, error) { return Fen(h).MarshalJSON() }

// UnmarshalJSON reads a number with at most two decimals.
func (h *Hundredths) UnmarshalJSON(b []byte) error { return (*Fen)(h).UnmarshalJSON(b) }
