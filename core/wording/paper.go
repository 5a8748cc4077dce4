package wording

import (
	"strings"

	"lianou/core"
)

// keptBy is who keeps a record of a fact, by its schema key: what can be queried is not the
// household's to bring (最低生活保障审核确认办法). A fact that is not here is told, shown by a paper
// of the household's or seen at the visit.
func keptBy(member bool) map[string]string {
	if member {
		return map[string]string{
			"relation": "population", "age": "population", "sex": "population",
			"disability": "disability", "illness": "health", "lost_only_child": "health",
			"insurance": "medical", "self_paid_medical_12m": "medical", "pension": "labour", "employment": "labour", "unemployed_months": "labour",
			"school_stage": "school", "orphan": "civil", "parents": "civil", "veteran": "veterans", "union_member": "union",
		}
	}
	return map[string]string{
		"area": "population", "hukou": "population", "death_in_family": "population", "statuses": "civil",
		"houses": "housing", "owns_home": "housing", "renting": "housing", "house_grade": "housing", "floor_area_per_capita": "housing",
		"cars": "vehicles", "business_with_staff": "market", "medical_12m": "medical",
		"car_value": "means", "income_per_capita_month": "means", "income_12m": "means", "financial_assets_per_capita": "means",
	}
}

// KeptBy is the register that answers for the fact at a path such as "members/m1/age"; ok is
// false where none does.
func KeptBy(path string) (k Keeper, ok bool) {
	key, _, member := factKey(path)
	kind, ok := keptBy(member)[key]
	return KeeperOf(kind), ok
}

// KeeperOf is the department that keeps a kind of record, with no name where there is none.
func KeeperOf(kind string) Keeper { return Keeper{kind, keeper(kind)} }

// factKey is the schema key of a path, and whose it is; "disability.grade" is of "disability".
func factKey(path string) (key, ref string, member bool) {
	if rest, inside := strings.CutPrefix(path, "members/"); inside {
		ref, key, _ = strings.Cut(rest, "/")
		member = true
	} else {
		key = path
	}
	key, _, _ = strings.Cut(key, ".")
	return key, ref, member
}

// Wanted is how a household is asked for the fact at a path: by the paper that shows it, or by
// what it is. Who is the member's name, "" for the household.
func Wanted(path, who string) string {
	key, _, member := factKey(path)
	word := map[string]string{
		"education_12m": "一年里交学费、住宿费的票据", "rehab_12m": "康复训练的票据", "rigid_12m": "一年里必须花的大钱的票据",
		"shocks": "出了什么事,有证明的带上(交警、消防、医院、村里开的都行)", "legal_matter": "要打的是什么官司", "rehab_diagnosis": "医院的诊断",
	}[key]
	if word == "" {
		word = FactLabel(path)
	}
	if member {
		if who == "" {
			who = "没说名字的一口人"
		}
		word += "(" + who + ")"
	}
	return word
}

// ItemPaper is one thing that an item wants beside the facts.
type ItemPaper struct{ Key, Word, Keeper string }

// ItemPapers are what an item wants beside the facts that its rules read: with a Keeper, a register
// of the city has it.
func ItemPapers(item core.ItemCode) []ItemPaper {
	school := ItemPaper{"enrolment", "在读证明", "school"}
	return map[core.ItemCode][]ItemPaper{
		"SF-01": {{"matter", "和这件事有关的材料(合同、欠条、判决书,有哪样拿哪样)", ""}},
		"ZJ-02": {{"lease", "租房合同", ""}},
		"YB-02": {{"bills", "医院的结算单", "medical"}},
		"YB-03": {{"bills", "医院的结算单", "medical"}},
		"MZ-12": {{"cremation", "火化证明", "civil"}},
		"CL-02": {{"certificate", "残疾证", "disability"}},
		"CL-03": {{"certificate", "残疾证", "disability"}},
		"TW-01": {{"admission", "录取通知书", ""}},
		"FL-01": {{"pathology", "确诊的病历", "health"}},
		"HS-01": {{"pathology", "确诊的病历", "health"}},
		"JT-01": {school}, "JT-02": {school}, "JT-03": {school}, "JT-04": {school}, "FP-01": {school},
	}[item]
}

// HeldPaper finds in what an officer writes a paper that a register of the city has, so that
// nobody is sent home for it by habit.
func HeldPaper(text string) (word string, k Keeper, ok bool) {
	at := len(text)
	for kind, words := range map[string][]string{
		"population": {"户口本", "户口簿", "户籍证明", "死亡证明"}, "disability": {"残疾证", "残疾人证"}, "housing": {"房产证", "不动产证", "房本"},
		"vehicles": {"行驶证", "机动车登记"}, "market": {"营业执照"}, "civil": {"低保证", "特困证", "结婚证", "离婚证", "火化证明"},
		"labour": {"失业证", "社保证明", "参保证明"}, "medical": {"医保证明", "医保卡"}, "school": {"在读证明", "学籍证明"},
		"veterans": {"退伍证", "退役证"}, "means": {"收入证明", "存款证明", "银行流水"},
	} {
		for _, w := range words {
			if i := strings.Index(text, w); i >= 0 && (i < at || i == at && w > word) {
				at, word, k, ok = i, w, KeeperOf(kind), true
			}
		}
	}
	return word, k, ok
}
