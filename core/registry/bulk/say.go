package bulk

import (
	"strings"

	"lianou/core/registry"
	"lianou/core/tables"
	"lianou/core/wording"
)

// reason is why a row was refused.
type reason string

// The reasons beside those of core/tables.
const (
	badName      reason = "name"
	badText      reason = "text"
	badFormula   reason = "formula_text"
	badID        reason = "id_number"
	digitID      reason = "id_digit"
	birthID      reason = "id_birth"
	floatID      reason = "id_float"
	roundID      reason = "id_round"
	oldID        reason = "id_old"
	floatText    reason = "number_float"
	badPhone     reason = "phone"
	badDate      reason = "date"
	futureDate   reason = "date_future"
	badRelation  reason = "relation"
	badSex       reason = "sex"
	sexDiffers   reason = "sex_differs"
	birthDiffers reason = "birth_differs"
	noBirth      reason = "birth_missing"
	noPlace      reason = "place_unknown"
	manyPlaces   reason = "place_many"
	badHukou     reason = "hukou"
	missing      reason = "missing"
	nameDiffers  reason = "name_differs"
	moved        reason = "moved"
	elsewhere    reason = "home_elsewhere"
	alike        reason = "alike"
	twice        reason = "twice"
	alikeRow     reason = "alike_row"
	villages     reason = "home_villages"
	split        reason = "home_split"
	parted       reason = "home_parted"
	departed     reason = "person_departed"
	large        reason = "home_large"
	twoHeads     reason = "home_heads"
	headThere    reason = "home_head_there"
	headsThere   reason = "home_heads_there"
	twoSpouses   reason = "home_spouses"
	childSpouse  reason = "spouse_child"
	unknown      reason = "person_unknown"
	noHome       reason = "home_unknown"
	badValue     reason = "value"
	badWord      reason = "value_word"
	badNumber    reason = "value_number"
	badSign      reason = "value_negative" // a sender's mark for what is not known, such as -1
	noFacts      reason = "facts_missing"
)

// advice is what the sender reads: what is wrong, and what to do.
type advice struct{ why, mend string }

// advise says a reason in words. The words hold nothing of the row.
func advise(r reason) advice {
	if a, ok := adviceOf()[r]; ok {
		return a
	}
	return advice{"这一行读不出来", "请核对这一行再导入"}
}

// maxWords bounds how many words a sentence lists.
const maxWords = 20

// adviseField says a reason about a field: where it has words of its own, it lists them, so
// that nobody has to look for them.
func adviseField(r reason, field string, places *registry.Regions) advice {
	a := advise(r)
	fact, ok := wording.HouseholdFact(field)
	if !ok {
		fact, ok = wording.MemberFact(field)
	}
	var words []string
	switch {
	case r == badHukou && places != nil:
		for _, c := range places.Counties() {
			words = append(words, c.Name)
		}
		a.mend = "写 6 位代码,或者这里的一个:" + listed(words) + ";外地的空着"
	case r == badWord && ok && len(fact.Options) > 0:
		for _, o := range fact.Options {
			words = append(words, o.Word)
		}
		a.mend = "写这里的一个:" + listed(words)
		if several(field) {
			a.mend = "写这里的词,几样的用顿号隔开:" + listed(words)
		}
	case r == badNumber && ok && fact.Unit != "":
		a.mend = "只写数,是几" + fact.Unit + "就写几,不写别的字"
	}
	return a
}

func listed(words []string) string {
	if len(words) > maxWords {
		return strings.Join(words[:maxWords], " / ") + " 等"
	}
	return strings.Join(words, " / ")
}

func adviceOf() map[reason]advice {
	return map[reason]advice{
		reason(tables.NUL):      {"这一格里有看不见的坏字符", "删掉这一格,重新输入"},
		reason(tables.Encoding): {"这一格的字坏了,读不出来", "重新输入这一格,另存为 CSV(UTF-8)"},
		reason(tables.LongCell): {"这一格太长", "每格不超过 4,000 个字节,多的删掉"},
		reason(tables.LongRow):  {"这一行太长,后面的读不下去", "看看是不是少了一个引号,或者几行连在了一起"},
		reason(tables.Columns):  {"这一行的格数比表头多", "多半是内容里有逗号,请给这一格加上引号"},
		reason(tables.Quote):    {"引号没有成对", "给这一行的引号配成对"},
		reason(tables.Formula):  {"这一格的公式算不出来", "改好公式,或者直接写上数"},

		badName:      {"姓名不对", "写全名,2 到 50 个字,中间用 ·"},
		badText:      {"这一格有不能用的字符", "删掉换行和控制符,重新输入"},
		badFormula:   {"这一格以 = + - @ 开头,像公式", "去掉开头的符号,只留文字"},
		badID:        {"身份证号不对", "对着身份证改:一共 18 位,前 17 位是数字;没有就空着,写上出生日期"},
		digitID:      {"身份证号有一位不对", "18 位都写了,其中有一位写错:对着身份证一位一位核对"},
		birthID:      {"身份证号里的出生日期不对", "对着身份证,核对第 7 位到第 14 位"},
		floatID:      {"表格把身份证号变成了数字,末几位已经丢了", "把这一列设成“文本”格式,从原来的表重新粘贴"},
		roundID:      {"身份证号末三位是 000,像是表格把号码变成了数字", "把这一列设成“文本”格式重新粘贴;号码真是这样,就在“已核对”一列写“是”"},
		oldID:        {"这是 15 位的老身份证号", "换成 18 位的新号"},
		floatText:    {"表格把号码变成了数字,末几位已经丢了", "把这一列设成“文本”格式,从原来的表重新粘贴"},
		badPhone:     {"电话号码不对", "手机 11 位,座机带区号;没有就空着"},
		badDate:      {"日期看不懂", "写成 2024-03-01 这样"},
		futureDate:   {"日期还没到", "核对年月日"},
		badRelation:  {"与户主关系看不懂", "写户主、配偶、子、女、父母、祖父母、孙子女或其他"},
		badSex:       {"性别看不懂", "写男或女"},
		sexDiffers:   {"性别和身份证号对不上", "对着身份证改"},
		birthDiffers: {"出生日期和身份证号对不上", "对着身份证改"},
		noBirth:      {"没有身份证号,也没有出生日期", "两样至少写一样"},
		noPlace:      {"没有这个地方", "写县、乡镇、村的全名,或者 12 位区划代码"},
		manyPlaces:   {"有几个同名的地方", "把县和乡镇都写上,或者写 12 位区划代码"},
		badHukou:     {"户籍地看不懂", "写本市的县市区名或 6 位代码;外地的空着"},
		missing:      {"这一格不能空", "补上这一格"},
		nameDiffers:  {"名字对不上:这个身份证号在库里是另一个名字", "核对姓名和身份证号;改过名的,请到镇上办变更"},
		moved:        {"这个人在库里登记在另一户", "搬家、分户请按迁移办,不从表里改"},
		parted:       {"这个户号库里没有,写在这个户号下的人在库里登记在另一户,那一户还有别人", "核对户号。真分了户、搬了家的,先请镇上在「查人」里登记变动,再导入这几行;只是全家换了户号的,把全家写在新户号下"},
		departed:     {"这个人在库里已经不属于哪一户:去世了,或者搬出了德州", "核对身份证号。搬回来的,先请县里在「查人」里登记「搬回德州」;登错了的,先撤销那一条"},
		elsewhere:    {"这一户在库里登记在另一个村", "核对户号和村;搬家请按迁移办"},
		alike:        {"可能是同一个人,请人核对", "库里有同名、同生日、同村的人。是同一个人就删掉这一行;不是,就在“已核对”一列写“是”"},
		twice:        {"同一个人写了两行,内容不一样", "两行核对后只留一行"},
		alikeRow:     {"可能是同一个人,请人核对", "表里有两行同名、同生日、同村。是同一个人就只留一行;不是,就在“已核对”一列写“是”"},
		villages:     {"同一个户号写了两个村", "核对户号和村"},
		split:        {"同一个户号的人,在库里分在几户", "核对户号;合户、分户请按变更办"},
		large:        {"一户超过 30 人", "核对户号,是不是几户用了一个号"},
		twoHeads:     {"一户有两个户主", "留一个户主,别的写和他的关系;不是一家的,户号分开"},
		headThere:    {"这一户在库里已经有户主,还住在这一户", "核对户号;是一家的,写和库里户主的关系;换了户主、分了户的,先请镇上在「查人」里登记变动,再导入"},
		headsThere:   {"这一户在库里有两个户主,是以前的表带进来的", "先请镇上在「查人」里核对谁是户主、是不是两家,改好再导入"},
		twoSpouses:   {"一户有两个配偶", "核对谁是户主的配偶;别的写和户主的关系"},
		childSpouse:  {"不满 18 岁写成了配偶", "核对和户主的关系,还有出生日期"},
		unknown:      {"库里没有这个人", "先导入人员,或者核对身份证号"},
		noHome:       {"库里没有这一户", "先导入人员,或者核对户号"},
		badValue:     {"这一格收不下", "看看是不是数太大或太小,或者少了和它一起写的一格"},
		badWord:      {"这一格的词不认识", "按说明里的词写"},
		badNumber:    {"这一格不是数", "只写数"},
		badSign:      {"这一格是负数", "不知道就空着,不要用 -1、-9999 顶;亏本的写 0"},
		noFacts:      {"这一行没有要记的内容", "补上内容,或者删掉这一行"},
	}
}
