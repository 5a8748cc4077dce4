package interview

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
)

// A subject is what a clause can be about. People answer the question that they have in
// mind: "车没有", asked for houses, is no family without a house.
type subject struct {
	words []string
	keys  []string // of the questions that it is an answer to
}

var subjects = []subject{
	{[]string{"房", "宅", "平米", "平方"}, []string{"houses", "owns_home", "renting", "floor_area_per_capita", "rigid_12m"}},
	{[]string{"车"}, []string{"cars", "car_value"}},
	{[]string{"开店", "小店", "店里", "店铺", "办厂", "雇人", "雇了"}, []string{"business_with_staff"}},
	{[]string{"存款", "存折", "积蓄", "理财", "存了", "攒"}, []string{"financial_assets_per_capita"}},
	{[]string{"收入", "进项", "挣", "工资", "退休金", "养老金", "打工", "种地", "卖"}, []string{"income_12m", "income_per_capita_month"}},
	{[]string{"病", "癌", "住院", "手术", "吃药", "药费"}, []string{"medical_12m", "rigid_12m", "rehab_12m"}},
	{[]string{"学费", "上学", "念书"}, []string{"education_12m", "rigid_12m"}},
	{[]string{"残疾", "残疾证"}, []string{"rehab_12m"}},
}

// sums are words by which a clause about a relative speaks of what a household has.
var sums = []string{"钱", "元", "块", "百", "千", "万", "给", "套", "辆", "花"}

// noCars have a car's name and are none.
var noCars = []string{"三轮车", "电动车", "电瓶车", "自行车", "摩托车", "代步车", "轮椅车"}

// strays reports whether a clause is about something else than a question of what the
// household has, and not about that.
func (q *Question) strays(said string) bool {
	own, other := false, len(kinIn(said)) > 0 && !containsAny(said, sums)
	for _, w := range noCars {
		other = other || strings.Contains(said, w)
		said = strings.ReplaceAll(said, w, "")
	}
	for _, s := range subjects {
		if containsAny(said, s.words) {
			mine := slices.Contains(s.keys, q.Key)
			own, other = own || mine, other || !mine
		}
	}
	return other && !own
}

// ownWords leaves out of words the clauses that stray; "" where all of them do. Questions
// about anything else than what the household has take all that is said.
func (q *Question) ownWords(said string) string {
	if !slices.ContainsFunc(subjects, func(s subject) bool { return slices.Contains(s.keys, q.Key) }) {
		return said
	}
	parts := clauses(said)
	left := slices.DeleteFunc(slices.Clone(parts), q.strays)
	if len(left) == len(parts) {
		return said
	}
	return strings.Join(left, ",")
}

// another says that the words were about something else, and asks the question again.
func (q *Question) another(ref string) error {
	again := q.Again
	if again == "" {
		again = q.Ask + q.howTo()
	}
	return core.Invalid(ref, "您说的是别的事。再问一遍:"+again)
}

// What a household plainly has or has not. "三轮车没有" says nothing of cars.
var (
	hasNone = regexp.MustCompile(`^(?:(?:房子?|楼房)(?:也|都)?(?:没有|没|无)|(?:没有|没|无)(?:房子?|楼房))$`)
	noCar   = regexp.MustCompile(`^(?:(?:小?汽车|小车|轿车|车)(?:也|都)?(?:没有|没|无)|(?:没有|没|无)(?:小?汽车|小车|轿车|车))$`)
	noShop  = regexp.MustCompile(`^(?:(?:没有|没)(?:人)?(?:开店|办厂|雇人)|店(?:也|都)?没有)$`)
	houses  = regexp.MustCompile(`^(?:房子?(?:就|只|也)?(?:是|有)?#(?:套|处)?|(?:就|只)?有?#(?:套|处)房子?)$`)
	cars    = regexp.MustCompile(`^(?:(?:汽车|小车|轿车|车)(?:就|只|也)?(?:是|有)?#(?:辆|台)?|(?:就|只)?有?#(?:辆|台)(?:汽车|小车|轿车|车))$`)
)

// hearThings reads of a clause what the household has, where it says nothing else.
func hearThings(said string) (key, value string) {
	said = strings.TrimRight(said, "了啊呀呢的吧")
	for again := true; again; {
		again = false
		for _, w := range []string{"我们", "俺们", "家里", "俺家", "我家", "咱家", "家", "俺", "我", "咱", "现在", "可"} {
			if rest, cut := strings.CutPrefix(said, w); cut {
				said, again = rest, true
			}
		}
	}
	switch {
	case hasNone.MatchString(said):
		return "houses", "0"
	case noCar.MatchString(said):
		return "cars", "0"
	case noShop.MatchString(said):
		return "business_with_staff", "false"
	}
	list := numerals(said)
	if len(list) != 1 || list[0].hundredths%100 != 0 || list[0].hundredths > 2000 {
		return "", ""
	}
	r := []rune(said)
	said = string(r[:list[0].from]) + "#" + string(r[list[0].to:])
	n := strconv.FormatInt(list[0].hundredths/100, 10)
	switch {
	case houses.MatchString(said):
		return "houses", n
	case cars.MatchString(said):
		return "cars", n
	}
	return "", ""
}
