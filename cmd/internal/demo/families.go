package demo

import (
	"lianou/core"
	"lianou/core/registry/seed"
)

// Every family, in the order of their stories.
func families() []family {
	return append([]family{burntOut(), justOver(), lonelyOldCouple()}, neighbours()...)
}

// burntOut is the family of story four: two old people whose house burnt in the night.
func burntOut() family {
	old := map[string]any{"work_ability": "partial", "employment": "idle"}
	return family{item: "MZ-03", shock: map[string]any{"kind": "fire", "loss": 26000},
		home: map[string]any{"area": "rural", "hukou": "local", "houses": 1, "cars": 0, "owns_home": true, "business_with_staff": false,
			"income_per_capita_month": 860, "income_12m": 20640, "financial_assets_per_capita": 300, "rigid_12m": 2400},
		of: map[core.MemberRef]map[string]any{"h": old, "w": old},
		Story: seed.Story{Letter: "d", Title: "夜里灶屋起了火,粮食、被褥、衣裳都烧了。今晚不知道住哪,没有吃的。",
			Region: "371426104205", Town: "平原县王庙镇", Village: "邢桥村", Door: "村东头第二家",
			Members: []seed.StoryMember{
				member("h", "applicant", "蔡守田", "372422196003179935", "13905344401", "6205340000007118043"),
				member("w", "spouse", "邵桂芝", "372422196209089943", "", ""),
			}}}
}

// justOver is the family of story five: three people who fit temporary assistance but for their
// savings, which an operation waits for: 17,900 yuan a head, where the line is at 17,280 (a sample).
func justOver() family {
	return family{item: "MZ-04",
		home: map[string]any{"area": "rural", "hukou": "local", "houses": 1, "cars": 0, "owns_home": true, "business_with_staff": false,
			"income_per_capita_month": 1100, "income_12m": 39600, "financial_assets_per_capita": 17900, "rigid_12m": 26000, "medical_12m": 26000},
		of: map[core.MemberRef]map[string]any{
			"a": {"illness": "serious", "self_paid_medical_12m": 26000, "work_ability": "none", "employment": "idle", "insurance": "resident"},
			"s": {"work_ability": "full", "employment": "employed"},
			"g": {"work_ability": "none", "school_stage": "compulsory_day"},
		},
		Story: seed.Story{Letter: "e", Title: "我透析两年了,一年花两万六。存折上的钱是下个月动手术要用的,不敢动。",
			Region: "371424106203", Town: "临邑县孟寺镇", Village: "巩家村", Door: "27号",
			Members: []seed.StoryMember{
				member("a", "applicant", "邢玉珍", "372428196905219922", "13905344501", "6205340000007119058"),
				member("s", "child", "孔令军", "371424199611029936", "", ""),
				member("g", "grandchild", "孔子涵", "371424201906159949", "", ""),
			}}}
}

// likeMost is what those of stories six and seven tell who live as most in a village do, with an
// income a head and month and savings a head, in yuan.
func likeMost(s seed.Story, income, savings int) family {
	f := family{Story: s, home: map[string]any{"area": "rural", "hukou": "local", "houses": 1, "cars": 0, "business_with_staff": false, "owns_home": true, "renting": false,
		"statuses": []any{}, "legal_matter": "none", "house_grade": "B", "floor_area_per_capita": 30, "income_per_capita_month": income,
		"income_12m": income * 12 * len(s.Members), "financial_assets_per_capita": savings, "rigid_12m": 0}, of: map[core.MemberRef]map[string]any{}}
	for _, m := range s.Members {
		f.of[m.Ref] = map[string]any{"insurance": "resident", "pension": "resident", "work_ability": "partial", "employment": "idle",
			"veteran": false, "lost_only_child": false, "union_member": false}
	}
	return f
}

// lonelyOldCouple is the family of story six: (f).
func lonelyOldCouple() family {
	f := likeMost(seed.Story{
		Letter: "f", Title: "老两口种不动地了,药不能断", Region: "371427107201", Town: "夏津县宋楼镇", Village: "宋楼村", Door: "9号",
		Members: []seed.StoryMember{
			member("h", "applicant", "徐德厚", "37242319580412993X", "13905340066", "6205340000005345614"),
			member("w", "spouse", "马秀芝", "372423196005189949", "", ""),
		}}, 390, 2000)
	f.item = "MZ-01"
	return f
}

// neighbours are the three families of story seven, whose rooms a burst pipe flooded the day
// before: (g), (h) and (i).
func neighbours() []family {
	home := func(letter, door string, who ...seed.StoryMember) family {
		f := likeMost(seed.Story{Letter: letter, Title: "自来水管爆了,屋里进水,被褥和粮食都泡了",
			Region: "371428104200", Town: "武城县郝王庄镇", Village: "陈武庄村", Door: door, Members: who}, 640, 3000)
		f.item, f.shock, f.ago = "MZ-03", map[string]any{"kind": "accident", "loss": 6000}, 1
		return f
	}
	return []family{
		home("g", "21号", member("a", "applicant", "孟庆林", "371428197903069936", "13905340071", "6205340000005345622"),
			member("b", "spouse", "张翠平", "371428198104179949", "", "")),
		home("h", "22号", member("a", "applicant", "董守义", "372424195202229956", "13905340072", "6205340000005345630")),
		home("i", "23号", member("a", "applicant", "韩玉霞", "372424196803119925", "13905340073", "6205340000005345648")),
	}
}
