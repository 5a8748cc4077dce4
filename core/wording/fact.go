package wording

import (
	"strings"

	"lianou/core"
)

// Option is one allowed answer with the word people see for it.
type Option struct{ Value, Word string }

// Fact is how one fact of core.Household is named and answered: the short label
// of desks and tables, and the words of its closed answers in the schema's order.
// Questions to citizens are whole sentences and belong to intake/interview.
type Fact struct {
	Label   string
	Unit    string // "元", "元/月", "平方米", "个月"; "" for none
	Options []Option
}

func yesNo(yes, no string) []Option { return []Option{{"true", yes}, {"false", no}} }

func household() map[string]Fact {
	return map[string]Fact{
		"area":                        {Label: "城里还是农村", Options: []Option{{"urban", "城镇"}, {"rural", "农村"}}},
		"hukou":                       {Label: "户口在哪", Options: []Option{{"local", "本市"}, {"permit", "外地,有居住证"}, {"other", "外地"}}},
		"income_per_capita_month":     {Label: "平均每人月收入", Unit: "元/月"},
		"income_12m":                  {Label: "全家一年收入", Unit: "元"},
		"financial_assets_per_capita": {Label: "平均每人存款", Unit: "元"},
		"houses":                      {Label: "房子几处", Unit: "处"},
		"cars":                        {Label: "汽车几辆", Unit: "辆"},
		"car_value":                   {Label: "汽车值多少", Unit: "元"},
		"business_with_staff":         {Label: "开店办厂雇人", Options: yesNo("有", "没有")},
		"medical_12m":                 {Label: "一年自付医疗", Unit: "元"},
		"education_12m":               {Label: "一年自付教育", Unit: "元"},
		"rehab_12m":                   {Label: "一年自付康复", Unit: "元"},
		"rigid_12m":                   {Label: "一年必要大额开支", Unit: "元"},
		"house_grade":                 {Label: "房屋鉴定", Options: []Option{{"A", "A 级,安全"}, {"B", "B 级,基本安全"}, {"C", "C 级,局部危险"}, {"D", "D 级,整栋危险"}}},
		"owns_home":                   {Label: "自己的房", Options: yesNo("是", "不是")},
		"renting":                     {Label: "租房住", Options: yesNo("是", "不是")},
		"floor_area_per_capita":       {Label: "平均每人住房面积", Unit: "平方米"},
		"legal_matter": {Label: "要打的官司", Options: []Option{{"none", "没有"}, {"assistance_claim", "救助待遇"}, {"maintenance", "赡养抚养费"},
			{"labour_pay", "讨工钱"}, {"injury", "工伤人身损害"}, {"domestic_violence", "家庭暴力"}}},
		"statuses": {Label: "已认定身份", Options: []Option{{"dibao", "低保"}, {"tekun", "特困"}, {"edge", "低保边缘"}, {"rigid", "刚性支出困难"}, {"poor_file", "防返贫监测"}}},
		// No key in the schema: people find out, and the desk says what to look for.
		"living_rough":    {Label: "在外没吃没住", Options: yesNo("是", "不是")},
		"death_in_family": {Label: "家里有人去世", Options: yesNo("有", "没有")},
		"shocks":          {Label: "出了什么事"},
		"shocks.kind": {Label: "出了什么事", Options: []Option{{"sudden_illness", "突发重病"}, {"accident", "意外事故"}, {"traffic", "车祸"}, {"fire", "火灾"},
			{"disaster", "自然灾害"}, {"job_loss", "丢了工作"}, {"death_of_earner", "挣钱的人去世"}}},
		"shocks.date":         {Label: "哪天出的事"},
		"shocks.loss":         {Label: "损失多少", Unit: "元"},
		"shocks.damaged_home": {Label: "房子损坏", Options: []Option{{"none", "没有"}, {"general", "一般损坏"}, {"serious", "严重损坏"}, {"collapsed", "倒塌"}}},
	}
}

func member() map[string]Fact {
	return map[string]Fact{
		"relation": {Label: "和申请人的关系", Options: []Option{{"applicant", "本人"}, {"spouse", "配偶"}, {"child", "子女"}, {"parent", "父母"},
			{"grandparent", "祖父母"}, {"grandchild", "孙子女"}, {"other", "儿媳、女婿、其他"}}},
		"age":                  {Label: "年龄", Unit: "岁"},
		"rehab_diagnosis":      {Label: "医院的残疾、孤独症诊断", Options: yesNo("有", "没有")}, // people find out
		"sex":                  {Label: "性别", Options: []Option{{"male", "男"}, {"female", "女"}}},
		"disability":           {Label: "残疾证"},
		"disability.kind":      {Label: "残疾类别", Options: []Option{{"limb", "肢体"}, {"visual", "视力"}, {"hearing", "听力"}, {"speech", "言语"}, {"intellectual", "智力"}, {"mental", "精神"}, {"multiple", "多重"}}},
		"disability.grade":     {Label: "残疾等级", Options: []Option{{"1", "一级"}, {"2", "二级"}, {"3", "三级"}, {"4", "四级"}}},
		"adl_failed":           {Label: "吃饭穿衣等六样,几样要人帮", Unit: "样"},
		"needs_long_term_care": {Label: "要人长期照护", Options: yesNo("要", "不要")},
		"work_ability":         {Label: "能不能干活", Options: []Option{{"full", "能干"}, {"partial", "能干一点"}, {"none", "干不了"}}},
		"employment":           {Label: "现在做什么", Options: []Option{{"employed", "有活干"}, {"unemployed_registered", "登记失业"}, {"idle", "没有活"}, {"student", "上学"}, {"retired", "退休"}}},
		"unemployed_months":    {Label: "没活干几个月", Unit: "个月"},
		"school_stage": {Label: "上学", Options: []Option{{"none", "不上学"}, {"preschool", "幼儿园"}, {"compulsory_day", "小学初中,走读"}, {"compulsory_boarding", "小学初中,住校"},
			{"senior", "高中"}, {"vocational", "中职"}, {"tertiary_vocational", "高职"}, {"tertiary", "大学"}}},
		"orphan": {Label: "孤儿", Options: yesNo("是", "不是")},
		"parents": {Label: "父母情况", Options: []Option{{"alive", "在"}, {"dead", "去世"}, {"missing", "失踪"}, {"severely_disabled", "重残"}, {"seriously_ill", "重病"},
			{"in_prison", "服刑"}, {"in_detox", "强制戒毒"}, {"uncontactable_6m", "半年联系不上"}}},
		"illness":               {Label: "大病", Options: []Option{{"none", "没有"}, {"serious", "重病"}, {"leukaemia", "白血病"}, {"breast_cancer", "乳腺癌"}, {"cervical_cancer", "宫颈癌"}}},
		"self_paid_medical_12m": {Label: "个人一年自付医疗", Unit: "元"},
		"insurance":             {Label: "医保", Options: []Option{{"resident", "居民医保"}, {"employee", "职工医保"}, {"none", "没有"}}},
		"pension":               {Label: "养老保险", Options: []Option{{"resident", "居民养老"}, {"employee", "职工养老"}, {"none", "没有"}}},
		"veteran":               {Label: "退役军人", Options: yesNo("是", "不是")},
		"union_member":          {Label: "工会会员", Options: yesNo("是", "不是")},
		"lost_only_child":       {Label: "独生子女去世或重残", Options: yesNo("是", "不是")},
		"supporter":             {Label: "按法律要照顾的家人", Options: []Option{{"none", "没有"}, {"incapable", "有,顾不上"}, {"capable", "有,顾得上"}}},
	}
}

// HouseholdFact names a fact of the household by its schema key; ok is false for a
// key that is none.
func HouseholdFact(key string) (Fact, bool) { f, ok := household()[key]; return f, ok }

// MemberFact names a fact of a member by its schema key.
func MemberFact(key string) (Fact, bool) { f, ok := member()[key]; return f, ok }

// FactLabel names the fact at a path such as "income_12m" or "members/m1/age"; a
// path we do not know is shown as it is, so that nothing disappears from a table.
func FactLabel(path string) string {
	if path == "members" { // no fact with a value of its own
		return "家里几口人"
	}
	if rest, inside := strings.CutPrefix(path, "members/"); inside {
		_, key, _ := strings.Cut(rest, "/")
		if f, ok := MemberFact(key); ok {
			return f.Label
		}
		return path
	}
	if f, ok := HouseholdFact(path); ok {
		return f.Label
	}
	return path
}

// Word gives the word for a closed answer, or the answer itself when it has none.
func (f Fact) Word(value string) string {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Word
		}
	}
	return value
}

// Disability says a certificate in words; nil was not asked.
func Disability(d *core.Disability) string {
	switch {
	case d == nil:
		return "没问到"
	case *d == (core.Disability{}):
		return "没有残疾证"
	}
	kind, _ := MemberFact("disability.kind")
	grade, _ := MemberFact("disability.grade")
	return kind.Word(string(d.Kind)) + grade.Word(string(rune('0'+d.Grade)))
}
