package bulk

import (
	"strings"

	"lianou/core/wording"
)

// Kind is what the rows of a file are about.
type Kind string

// The kinds of files. Places are one tree and are read by ReadRegions.
const (
	People Kind = "people" // a row a person, households by their number
	Facts  Kind = "facts"  // a row a person or household, a sheet each
)

// The fields of a row that are no fact.
const (
	fName     = "name"
	fID       = "id_number"
	fHome     = "household"
	fRelation = "relation"
	fPhone    = "phone"
	fRegion   = "region"
	fCounty   = "county"
	fTown     = "town"
	fVillage  = "village"
	fAddress  = "address"
	fBirth    = "birth"
	fSex      = "sex"
	fHukou    = "hukou_county"
	fSince    = "since"
	fReviewed = "reviewed"
	fFrom     = "valid_from"
)

// heads lists, for each field of a kind, the headings it goes by.
func heads(kind Kind) map[string][]string {
	all := map[string][]string{
		fName: {"姓名", "名字", "成员姓名", "人员姓名"},
		fID:   {"身份证号", "身份证号码", "身份证", "公民身份号码", "公民身份证号码", "证件号码", "证件号", "id"},
		fHome: {"户号", "户编号", "家庭编号", "家庭编码", "户口簿号", "household_number"},
	}
	if kind == People {
		for f, list := range map[string][]string{
			fRelation: {"与户主关系", "和户主关系", "家庭关系", "与户主的关系", "关系"},
			fPhone:    {"手机号", "手机号码", "手机", "联系电话", "电话", "电话号码"},
			fRegion:   {"区划代码", "行政区划代码", "村代码", "地区代码", "region_code"},
			fCounty:   {"县", "县区", "区县", "县市区", "县(市、区)"},
			fTown:     {"乡镇", "镇", "街道", "乡镇街道", "乡镇(街道)", "镇街", "township"},
			fVillage:  {"村", "村居", "社区", "行政村", "村(社区)", "村(居)", "村社区"},
			fAddress:  {"详细地址", "地址", "住址", "家庭住址", "门牌号", "现住址"},
			fBirth:    {"出生日期", "出生年月日", "生日", "birth_date"},
			fSex:      {"性别", "gender"},
			fHukou:    {"户籍地", "户籍所在地", "户籍县"},
			fSince:    {"入户日期", "迁入日期"},
			fReviewed: {"已核对"},
		} {
			all[f] = list
		}
		return all
	}
	all[fFrom] = []string{"日期", "生效日期", "认定日期", "起始日期", "发证日期"}
	for path, list := range factHeads() {
		all[path] = list
	}
	return all
}

// factHeads gives the headings of facts: the label that desks show, and what
// departments call the same thing.
func factHeads() map[string][]string {
	others := map[string][]string{
		"disability.kind": {"残疾类型"}, "disability.grade": {"残疾级别"}, "needs_long_term_care": {"需长期照护"}, "income_12m": {"年收入", "家庭年收入"},
		"income_per_capita_month": {"人均月收入"}, "work_ability": {"劳动能力"}, "employment": {"就业状况"}, "school_stage": {"就学阶段"},
		"insurance": {"医疗保险"}, "house_grade": {"房屋等级"}, "statuses": {"身份认定"}, "area": {"城乡"}, "hukou": {"户口"}, "cars": {"汽车"}, "houses": {"房产"},
	}
	out := map[string][]string{}
	for _, path := range factPaths() {
		var label string
		if f, ok := wording.HouseholdFact(path); ok {
			label = f.Label
		} else if f, ok := wording.MemberFact(path); ok {
			label = f.Label
		}
		out[path] = append([]string{label}, others[path]...)
	}
	return out
}

// plainHead takes away what senders decorate headings with.
func plainHead(s string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "\u3000", "", "*", "", "\n", "", "\r", "", "\uff08", "(", "\uff09", ")", "\ufeff", "", ":", "", "\uff1a", "").Replace(s))
}
