package seed

import "math/rand/v2"

// Surnames with rounded shares per thousand, roughly as in the north of Shandong.
var surnames = weighted([]share[string]{
	{"王", 92}, {"李", 85}, {"张", 84}, {"刘", 74}, {"陈", 34}, {"杨", 30}, {"赵", 34}, {"孙", 30}, {"周", 20}, {"徐", 20},
	{"马", 21}, {"朱", 15}, {"胡", 10}, {"郭", 16}, {"何", 7}, {"高", 17}, {"林", 8}, {"郑", 12}, {"梁", 8}, {"谢", 6},
	{"宋", 15}, {"唐", 6}, {"许", 8}, {"韩", 12}, {"冯", 9}, {"邓", 5}, {"曹", 10}, {"田", 9}, {"董", 10}, {"潘", 5},
	{"袁", 7}, {"蔡", 5}, {"于", 14}, {"杜", 8}, {"叶", 3}, {"程", 6}, {"魏", 9}, {"吕", 8}, {"任", 7}, {"卢", 5},
	{"姜", 7}, {"崔", 8}, {"孟", 6}, {"石", 5}, {"贾", 6}, {"付", 5}, {"邹", 3}, {"秦", 4}, {"邱", 3}, {"尹", 4},
	{"苏", 4}, {"翟", 3}, {"单", 2}, {"曾", 2}, {"解", 1}, {"欧阳", 1}, {"尚", 2}, {"左", 1}, {"祝", 1}, {"耿", 2},
})

// Given names by generation: born before 1970, before 1995, later.
var (
	menOld     = given("建国", "建军", "志强", "德福", "振华", "玉山", "金山", "长河", "宝田", "守义", "立国", "卫东", "学文", "文革", "国庆", "永昌", "广林", "兴旺", "占峰", "庆祥")
	menMiddle  = given("海涛", "志刚", "伟", "勇", "军", "磊", "强", "涛", "鹏", "杰", "建华", "晓东", "立新", "文斌", "大海", "振宇", "春雷", "洪波", "玉龙", "新民")
	menYoung   = given("浩然", "子轩", "宇航", "俊杰", "梓豪", "一鸣", "文博", "嘉豪", "昊天", "泽宇", "晨阳", "家乐", "思远", "明轩", "睿", "子墨", "奕辰", "鑫", "佳明", "天佑")
	womenOld   = given("桂兰", "秀英", "玉兰", "桂英", "秀兰", "凤英", "素珍", "玉梅", "桂云", "淑芬", "爱华", "春兰", "秀荣", "玉珍", "月英", "金花", "翠花", "素梅", "兰芝", "广英")
	womenMid   = given("丽", "敏", "静", "艳", "红梅", "丽娟", "海燕", "晓红", "玲", "娟", "霞", "燕", "雪梅", "秀丽", "春燕", "建华", "文静", "俊霞", "立华", "新红")
	womenYoung = given("欣怡", "梓涵", "雨桐", "诗涵", "佳怡", "思雨", "一诺", "子涵", "可欣", "雨萱", "梦瑶", "若曦", "晨曦", "佳琪", "语桐", "雅静", "紫萱", "悦", "婉婷", "心语")
)

func given(names ...string) []string { return names }

// fullName picks a name that fits sex and year of birth.
func fullName(r *rand.Rand, surname string, male bool, year int) string {
	set := [2][3][]string{{womenOld, womenMid, womenYoung}, {menOld, menMiddle, menYoung}}
	generation, sex := 0, 0
	if year >= 1970 {
		generation = 1
	}
	if year >= 1995 {
		generation = 2
	}
	if male {
		sex = 1
	}
	names := set[sex][generation]
	return surname + names[r.IntN(len(names))]
}

// share is one outcome of a draw with its weight.
type share[T any] struct {
	value  T
	weight int
}

// urn draws values in proportion to their weights.
type urn[T any] struct {
	list  []share[T] // weights added up
	total int
}

func weighted[T any](list []share[T]) urn[T] {
	u := urn[T]{list: list}
	for i := range u.list {
		u.total += u.list[i].weight
		u.list[i].weight = u.total
	}
	return u
}

func (u urn[T]) draw(r *rand.Rand) T {
	n := r.IntN(u.total)
	lo, hi := 0, len(u.list)-1
	for lo < hi {
		mid := (lo + hi) / 2
		if n < u.list[mid].weight {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return u.list[lo].value
}

// chance is true in n of a thousand cases.
func chance(r *rand.Rand, n int) bool { return r.IntN(1000) < n }
