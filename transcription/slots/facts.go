package slots

import "strings"

// denied reports that a circumstance is said not to be.
func denied(left, right string) bool {
	return anySuffix(left, "没有", "没", "不是", "无", "未", "没办", "没有办", "没出", "没出过", "没领", "不算", "没得", "没得过", "没有过", "不欠", "没欠", "没花", "又不是", "并没有", "没啥", "没什么", "不存在", "也没", "没发生", "不愁", "不缺", "没办过", "还没办", "没评过", "没有什么", "不用担心", "没撞", "躲过") ||
		anyPrefix(right, "没有", "已经交了", "交上了", "够了", "凑齐了", "不用", "不愁", "都交了", "我自己能", "报销了", "都报了", "全报了", "不缺", "有着落", "没丢", "不成问题", "没问题")
}

func longAgo(left string) bool {
	return anyIn(left, "年前", "早年", "小时候", "年轻", "那些年", "前些年", "前几年", "十几年")
}

// certificateIsHere leaves out a lost certificate: that is no application.
func certificateIsHere(h hit, right string) bool {
	return h.need != disability || !anyIn(right, "丢", "补办", "过期", "换证", "到期", "挂失")
}

// sensible leaves out words that only sound like a need.
func sensible(h hit, left, right, around string) bool {
	word := string(h.text)
	switch h.need {
	case orphan:
		return !anyPrefix(right, "寡母") && !denied(left, "") && (word == "孤儿" || anyIn(around, "孩子", "孙", "娃", "小孩", "儿童", "侄", "外甥") || strings.Contains(word, "事实"))
	case heating:
		return !anyIn(right, "不热", "什么时候", "啥时候", "漏", "坏了", "几号", "停了", "管道", "温度", "开始") && !anyIn(around, "不热", "什么时候供", "啥时候供", "漏水") &&
			(word == "取暖" || strings.HasSuffix(word, "费") || anyIn(around, "钱", "补", "困难", "交不起", "买不起", "烧不起", "没煤", "救助", "费", "拿不出", "难", "帮")) && !anyIn(around, "取暖中毒")
	case education:
		if anySuffix(left, "不是", "不用交", "免了", "不欠", "没欠", "不愁") || denied("", right) || anyIn(right, "交了", "交上", "凑够了", "有了", "够了", "退", "发票") {
			return false
		}
		return word != "住宿费" && word != "供不起" && word != "上不起" || anyIn(around, "学", "书", "校")
	case jobs:
		return !anyPrefix(right, "局", "创业", "登记证") && (word != "培训" || anyIn(around, "技能", "想", "参加")) && !anyIn(left, "孩子培训")
	case tekun:
		return (word != "敬老院" && word != "养老院" && word != "供养") || anyIn(left, "想", "进", "去", "送", "住进", "集中", "分散")
	case houseRepar:
		return word != "盖房子" && word != "翻盖" && word != "翻修" || anyIn(around, "没钱", "补", "救助", "申请", "帮", "危", "漏", "塌", "困难", "盖不起", "想")
	case legal:
		if strings.HasSuffix(word, "告") {
			return !anyPrefix(right, "诉", "知") && !anyIn(left, "广")
		}
		return word != "律师" && word != "官司" || anyIn(around, "请", "找", "帮", "没钱", "打", "援助", "想", "派")
	case oldAge:
		return !anyPrefix(right, "产妇", "孕", "父母") && !(strings.HasSuffix(word, "旬") && anySuffix(left, "快", "近", "不到"))
	case temporary:
		return word != "临时困难" || !denied(left, right)
	case publicRent:
		return word != "公房" || anyIn(left, "申请", "想", "租")
	}
	return true
}

// noIncome reads 收入 with what denies it: no, none, broken off.
func noIncome(h hit, left, right string) bool {
	word := string(h.text)
	near := left
	if n := []rune(left); len(n) > 9 {
		near = string(n[len(n)-9:])
	}
	if anyIn(near, "不是没", "不是没有") || anyPrefix(right, "证明", "高", "不错", "还行", "也还", "稳定") {
		return false
	}
	lost := anyIn(right, "没了", "断了", "为零", "一分没有", "都没有", "是零", "也没有", "全没", "没有了", "一点没有", "一分也没", "也断", "就断", "没着落") || anyPrefix(right, "没有", "零", "为0", "全无", "也无", "无", "是0")
	if word == "工资" || word == "来源" {
		return word == "来源" && anySuffix(near, "没", "没有", "没个", "没啥", "无", "断了", "没有任何")
	}
	if lost {
		return true
	}
	i := lastOf(near, []string{"没有", "没", "无", "零", "断了", "不见", "丢了", "一分钱都不", "不挣"})
	if i < 0 || anyIn(near[i:], "没办", "没想", "没人", "没病") {
		return false
	}
	between := squeeze(near[i:])
	return len([]rune(between)) <= 8 && !anyIn(between, "干活", "地", "人管", "儿", "女", "工作也", "房", "退休金,")
}

// strongMoney are words of money that make an illness a need.
var strongMoney = []string{"钱", "欠", "债", "借", "花", "万", "费", "贷", "饥荒", "窟窿", "掏空", "拿不出", "负担", "积蓄", "卖了", "账", "倾家荡产", "家底", "吃不消", "承担不", "撑不", "治不起", "看不起", "交不起", "报销完", "自付", "自费"}

func weakIllness(word string) bool {
	switch word {
	case "住院", "做手术", "动手术", "开刀", "住了院", "ICU", "抢救", "看病", "治病", "器官", "支架", "重症监护", "开颅":
		return true
	}
	return false
}

func moneySpoken(word, around string) bool {
	if weakIllness(word) {
		return anyIn(around, "欠", "债", "借", "花了", "花光", "没钱", "拿不出", "贷", "饥荒", "掏空", "积蓄", "交不起", "钱不够", "凑不", "花销", "花去", "花掉", "万", "家底", "窟窿")
	}
	return anyIn(around, strongMoney...)
}

// billing knows questions on reimbursement and insurance, which apply for nothing.
func (r *reading) billing(left, right string) bool {
	all := left + right
	return anyIn(all, "报销") && anyIn(all, "怎么", "咋", "哪", "比例", "多少", "流程", "能") && !anyIn(all, "报销完", "报销不了", "报不了", "没报销", "报销后", "除了报销") ||
		anyIn(all, "发票", "异地就医", "备案", "医保卡")
}

// injuryOnly reports that the costs are those of an accident, not of an illness.
func (r *reading) injuryOnly(around string) bool {
	accident := false
	for _, h := range r.hits {
		if h.class == illness && !weakIllness(string(h.text)) {
			return false
		}
		accident = accident || h.need == temporary && h.class == fact
	}
	return accident && !anyIn(around, "病")
}

// stormy reports that a disaster is spoken of: then a fallen house is its damage.
func (r *reading) stormy() bool {
	for _, h := range r.hits {
		if h.need == disaster {
			return true
		}
	}
	return false
}

// graded finds a grade beside the kind of disability: 肢体二级, 二级肢体残疾.
func graded(left, right string) bool {
	has := func(text string) bool {
		for i := 0; ; {
			j := strings.Index(text[i:], "级")
			if j < 0 {
				return false
			}
			if anySuffix(text[:i+j], "一", "二", "三", "四", "1", "2", "3", "4", "壹", "贰", "两") && !anySuffix(text[:i+j], "十一", "十二") {
				return true
			}
			i += j + len("级")
		}
	}
	r := []rune(right)
	l := []rune(left)
	return has(string(r[:min(len(r), 12)])) || has(string(l[max(len(l)-8, 0):]))
}

var parentGone = []string{"去世", "没了", "死", "走了", "坐牢", "服刑", "判刑", "判了", "失踪", "强戒", "戒毒", "进去了", "不在了", "过世", "病故", "蹲监", "监狱", "车祸", "淹", "病逝", "离世", "出事"}

var motherGone = []string{"改嫁", "跑了", "跑掉", "走了", "失联", "去世", "没了", "联系不上", "离家出走", "出走", "不管", "死", "找不到", "不在了", "离开", "嫁人", "嫁走", "再婚", "过世", "服刑", "坐牢", "没影", "杳无", "失踪", "没音", "不知去向", "判刑", "病故", "病逝", "离世"}

// parentless finds a child whose father and mother are both gone, dead, in prison
// or not to be reached.
func (r *reading) parentless(list *[]mention) {
	if !r.childSpoken() {
		return
	}
	var father, mother *hit
	for i := range r.hits {
		h := &r.hits[i]
		if h.need != orphan {
			continue
		}
		around := r.after(h.span.End, 14)
		switch h.class {
		case bothGone:
			*list = append(*list, mention{*h, plain})
		case fatherly:
			if father == nil && goneBeside(around, parentGone) {
				father = h
			}
		case motherly:
			if mother == nil && goneBeside(around, motherGone) {
				mother = h
			}
		}
	}
	if father != nil && mother != nil && max(father.span.Start-mother.span.Start, mother.span.Start-father.span.Start) <= 60 {
		*list = append(*list, mention{*father, plain})
	}
}

func goneBeside(text string, words []string) bool {
	for i := range text {
		if anyPrefix(text[i:], "爸", "爹", "父", "妈", "娘", "母", "媳") && i > 0 {
			text = text[:i]
			break
		}
	}
	return anyIn(text, words...)
}

func (r *reading) childSpoken() bool {
	return anyIn(r.whole, "孩子", "孙子", "孙女", "小孩", "侄", "外甥", "娃", "外孙", "小学", "上学", "初中", "幼儿", "孤")
}
