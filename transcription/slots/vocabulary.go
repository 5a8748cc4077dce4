package slots

import "slices"

// The needs an application can name, in the words of the closed list.
const (
	dibao      = "低保"
	temporary  = "临时救助"
	medical    = "医疗救助"
	disability = "残疾人补贴"
	houseRepar = "危房改造"
	publicRent = "公租房"
	tekun      = "特困"
	education  = "教育救助"
	jobs       = "就业援助"
	oldAge     = "高龄"
	orphan     = "孤儿"
	disaster   = "受灾"
	heating    = "取暖"
	legal      = "法律援助"
)

// class is what a word says about a need.
type class int8

const (
	named    class = iota // the help itself: it can be asked for, refused, or be there already
	fact                  // a circumstance that names the need outright
	illness               // a serious illness: a need when money is spoken of
	cost                  // a cost of treatment that needs no illness beside it
	income                // income: a need when there is none
	childles              // no children: a need of the old
	alone                 // not married, nobody left: the same, when age is certain
	wreck                 // a house that falls: by age, or by a disaster
	fatherly              // a father gone, dead or in prison
	motherly              // a mother gone, dead or married away
	bothGone              // both parents
	grade                 // a kind of disability that a grade follows
)

type word struct {
	text  []rune
	need  string
	class class
}

// hit is a word of the vocabulary in the text.
type hit struct {
	word
	span Span
}

// vocabulary finds words by their first rune, the longest first.
type vocabulary struct{ byFirst map[rune][]word }

func newVocabulary() *vocabulary {
	v := &vocabulary{byFirst: map[rune][]word{}}
	for _, l := range needWords {
		for _, t := range l.words {
			w := word{[]rune(t), l.need, l.class}
			v.byFirst[w.text[0]] = append(v.byFirst[w.text[0]], w)
		}
	}
	for _, l := range v.byFirst {
		slices.SortStableFunc(l, func(a, b word) int { return len(b.text) - len(a.text) })
	}
	return v
}

// maxHits bounds the words of one transcript that are weighed.
const maxHits = 1000

func (v *vocabulary) find(text []rune) []hit {
	var out []hit
	for i := 0; i < len(text) && len(out) < maxHits; {
		n := 1
		for _, w := range v.byFirst[text[i]] {
			if i+len(w.text) <= len(text) && slices.Equal(w.text, text[i:i+len(w.text)]) {
				n = len(w.text)
				out = append(out, hit{w, Span{i, i + n}})
				break
			}
		}
		i += n
	}
	return out
}

var needWords = []struct {
	need  string
	class class
	words []string
}{
	{dibao, named, []string{"低保", "低保户", "最低生活保障", "吃保障", "最低保障", "低保边缘", "生活保障金"}},
	{dibao, income, []string{"收入", "经济来源", "生活来源", "进项", "进账", "来钱", "来源", "进钱", "工资"}},
	{temporary, named, []string{"临时救助", "急难救助", "应急救助", "临时救济", "临时补助", "救急", "临时困难", "急难型", "支出型", "临时救肋", "临时性救助"}},
	{temporary, fact, []string{
		"车祸", "交通事故", "出事故", "出了事故", "发生事故", "撞伤", "撞断", "被撞", "撞我", "把我撞", "把他撞", "把她撞", "撞人", "肇事", "车撞", "撞了", "撞坏", "撞成", "撞倒", "撞死", "撞残", "火灾", "失火", "着火", "起火", "着了火", "着了大火", "房子烧", "屋烧", "烧光", "烧没", "烧毁", "煤气中毒", "一氧化碳", "触电", "电着", "溺水",
		"摔断", "摔伤", "摔下来", "掉下来", "摔坏", "砸伤", "砸断", "砸了腿", "绞断", "烧伤", "烫伤", "出了意外", "意外事故", "意外受伤", "翻车", "翻了车", "事故", "突发意外", "出意外", "炸伤", "遭了火", "一把火", "轧断", "轧了", "压断", "压伤", "摔着", "摔骨折",
	}},
	{medical, named, []string{"医疗救助", "大病救助", "医疗补助", "大病补助", "医疗救肋", "大病医疗", "医疗帮扶"}},
	{medical, cost, []string{
		"医药费", "医疗费", "住院费", "手术费", "化疗费", "透析费", "治疗费", "药费", "药钱", "看不起病", "治不起", "看病没钱", "没钱看病", "没钱治", "没钱住院", "没钱做手术", "没钱手术", "没钱交住院", "看病花", "治病花", "住院花", "看病欠", "治病欠", "看病借", "治病借", "治病拉", "看病拉", "欠医院", "欠着医院",
		"吃不起药", "没钱买药", "没钱吃药", "救命钱", "看病的钱", "治病的钱", "做手术的钱", "手术的钱", "看病钱", "治病钱", "医院欠", "看病把", "治病把", "看病塌", "没钱化疗", "没钱透析", "看病难", "看病贵", "治病贷", "看病贷", "医疗支出", "医疗花费", "看病的债", "治病的债", "看病的账",
	}},
	{medical, illness, []string{
		"癌", "白血病", "尿毒症", "透析", "肿瘤", "脑出血", "脑溢血", "脑梗", "心梗", "肝硬化", "大病", "重病", "瘤", "重症", "血液病", "再障", "肾衰", "肾病", "心脏病", "脑瘫", "化疗", "放疗", "移植", "淋巴瘤", "红斑狼疮", "血友病", "器官", "支架", "搭桥", "中风", "偏瘫", "帕金森", "做手术", "住院", "ICU", "重症监护", "抢救", "开颅", "渐冻", "住了院", "动手术", "开刀", "先心病", "看病", "治病",
	}},
	{disability, named, []string{"残疾人补贴", "残疾补贴", "残补", "护理补贴", "两项补贴", "残疾人两项", "残疾补助", "残疾人补助", "重残补贴", "残疾人生活补贴", "残疾人护理", "残疾生活补贴", "残疾金", "残疾人的补贴", "残疾的补贴", "残疾钱", "残联的补贴", "重残护理"}},
	{disability, fact, []string{"残疾证", "残疾人证", "残疾证书", "重残", "重度残疾", "残疾等级", "残联发的证", "残疾本"}},
	{disability, grade, []string{"残疾", "肢体", "智力", "精神", "视力", "听力", "言语", "多重", "肢残", "盲", "聋", "残"}},
	{houseRepar, named, []string{"危房", "危改", "危旧房", "危房改造", "房屋改造", "修房", "修房子", "修修房", "翻盖", "翻修", "修屋", "修缮", "盖房子", "修修屋", "翻建", "修老屋", "房屋修"}},
	{houseRepar, wreck, []string{
		"房子漏", "房顶漏", "屋顶漏", "屋漏", "漏雨", "漏水的房", "房子裂", "墙裂", "墙都裂", "墙也裂", "裂缝", "裂了", "要塌", "快塌", "快倒", "要倒", "房子塌", "屋塌", "塌了", "土坯房", "土坯屋", "没法住人", "不能住人", "住不得人", "房子不能住", "屋子漏", "房塌", "墙塌", "房梁", "墙歪", "随时会塌", "随时能塌", "会塌", "墙倒", "屋要", "四面透风", "屋顶塌", "房顶塌", "塌下来", "倒塌", "D级", "C级",
	}},
	{publicRent, named, []string{"公租房", "廉租房", "公共租赁", "租房补贴", "租赁补贴", "保障房", "租不起房", "没地方住", "没房子住", "没有房子住", "住房保障", "保障性住房", "安置房租", "没房住", "公家的房", "政府的房子", "租房子的补", "公房", "没有住处", "没住处", "租房的补"}},
	{tekun, named, []string{"特困", "特困供养", "五保", "五保户", "孤寡", "孤老", "敬老院", "集中供养", "分散供养", "供养", "养老院"}},
	{tekun, childles, []string{
		"没儿没女", "无儿无女", "没有儿女", "没儿女", "没有子女", "无子女", "没子女", "膝下无", "没后代", "没有后代", "没有后人", "没后人", "没个儿女", "没儿子没闺女", "没儿没闺女", "没有一儿半女", "没一儿半女", "没儿子也没闺女", "绝户", "没儿子也没女儿", "没有儿子也没有女儿", "没有儿子也没有闺女", "无后", "没个一儿半女", "没儿子没女儿", "没个后", "儿女都没有", "儿子闺女都没有", "一儿半女都没有", "一儿半女也没有", "子女都没有", "没生养", "没有生养", "没儿无女", "无儿女", "没留下孩子", "一个孩子也没有", "没有亲生", "没有赡养人", "没人赡养", "无人赡养",
	}},
	{tekun, alone, []string{"没有孩子", "没孩子", "无依无靠", "光棍", "没结过婚", "没成家", "没成过家", "没娶", "终身未婚", "没结婚", "没有结婚", "未婚", "孤身一人", "没说上媳妇", "没嫁", "没个亲人", "没有亲人", "孤苦伶仃", "没有结过婚", "打单"}},
	{education, named, []string{
		"教育救助", "助学", "助学金", "助学贷款", "教育资助", "教育补助", "学费", "书本费", "学杂费", "住校费", "住宿费", "上不起学", "念不起", "读不起", "供不起", "上学没钱", "没钱上学", "没钱念书", "没钱读书", "没钱上大学", "上学的钱", "上大学的钱", "上大学没钱", "念书的钱", "读书的钱", "上学难", "辍学", "上学困难", "没钱交学", "贫困生", "学生资助", "上不起大学", "上不起高中", "没钱供", "上学钱", "上不起",
	}},
	{jobs, named, []string{
		"就业援助", "找工作", "找个工作", "找份工作", "找活", "找个活", "找点活", "公益岗", "公益性岗位", "就业", "技能培训", "介绍工作", "介绍个工作", "安排工作", "安排个工作", "安排个活", "找不到工作", "找不着工作", "找不到活", "找不着活", "介绍个活", "介绍点活", "找个班上", "找个差事", "想上班", "找份活", "打零工的活", "培训", "再就业", "学门手艺", "学个手艺", "学个技术", "学门技术", "工作岗位", "安排个岗位", "想有个工作", "找个营生",
	}},
	{oldAge, named, []string{"高龄", "高龄津贴", "高龄补贴", "老年津贴", "长寿", "八旬", "九旬", "耄耋", "年过八旬", "高龄老人", "百岁老人", "老龄补贴", "老龄津贴", "尊老金", "高龄钱"}},
	{orphan, named, []string{"孤儿", "事实无人抚养", "无人抚养", "没人抚养"}},
	{orphan, bothGone, []string{
		"没爹没妈", "没爹没娘", "父母双亡", "没爸没妈", "没有爹妈", "没有父母", "没父母", "爹妈都没", "爸妈都没", "父母都没", "爹娘都没", "父母都去世", "爸妈都去世", "父母都不在", "爸妈都不在", "爹娘都不在", "父母去世", "父母都死", "爹妈都死", "父母全没", "爹妈全没", "父母失联", "父母都失联", "父母都坐牢", "双亲都", "父母都服刑", "爸妈都走了", "父母先后", "父母早", "爹妈早", "父母都过世", "爸妈都过世", "父母不在", "没了爹妈", "没了父母", "没了爹娘", "失去父母", "失去双亲", "父母相继", "爸妈没了", "父母没了", "爹妈没了", "爹娘没了", "没爹妈", "没爹娘",
	}},
	{orphan, fatherly, []string{"爸", "爹", "父亲", "儿子", "他爸爸", "弟弟", "哥哥", "我哥", "我弟"}},
	{orphan, motherly, []string{"妈", "娘", "母亲", "儿媳", "媳妇", "弟媳", "嫂子"}},
	{disaster, named, []string{"受灾", "遭灾", "遭了灾", "受了灾", "救灾", "灾情", "自然灾害", "灾后", "遭了水灾", "水灾", "灾害"}},
	{disaster, fact, []string{"洪水", "发大水", "大水", "水淹", "淹了", "被淹", "淹没", "冰雹", "雹子", "龙卷风", "大风", "暴雨", "暴风雨", "内涝", "涝了", "旱灾", "地震", "雪灾", "台风", "绝收", "刮塌", "刮跑", "雷劈", "泡了水", "水泡", "狂风", "大雪压", "淹得", "淹坏", "冲垮", "冲走", "冲塌", "旱死", "涝死", "泡塌"}},
	{heating, named, []string{"取暖", "取暖费", "采暖", "暖气费", "煤钱", "烧煤", "买煤", "没煤", "供暖费", "过冬", "烤火费", "供暖", "暖气", "烧不起", "买不起煤", "挨冻", "冬天冻", "煤火费", "买炭", "燃气取暖", "煤改", "冻得"}},
	{legal, named, []string{"法律援助", "法援", "请律师", "请不起律师", "打官司", "找律师", "免费律师", "打不起官司", "请个律师", "找个律师", "派个律师", "律师", "想告", "要告", "告儿子", "法院告", "起诉", "告老板", "告他", "告状", "法律帮助", "法律救助", "官司"}},
}
