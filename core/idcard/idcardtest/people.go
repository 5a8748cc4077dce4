package idcardtest

import (
	"fmt"

	"lianou/core"
)

// People invents n people, the same every time.
func People(n int) []Person {
	names := []string{"张桂兰", "王建国", "李秀英", "刘洋", "陈玉梅", "赵大勇", "孙红霞", "欧阳志强", "周立", "马晓东", "高素珍", "郭宝山", "于海燕", "董凤琴", "韩冰", "徐长河"}
	places := [][]string{{"山东省德州市临邑县", "王庙镇前张村12号"}, {"山东省平原县恩城镇", "后街村7号"}, {"山东省德州市德城区", "新湖街道湖滨路20号"},
		{"山东省乐陵市黄夹镇", "西刘村113号"}, {"山东省夏津县苏留庄镇", "李楼村45号"}}
	nations := []string{"汉", "汉", "回", "汉", "满"}
	list := make([]Person, n)
	for i := range list {
		first := fmt.Sprintf("%06d%d%02d%02d%03d", 371421+i%8, 1941+i*3, 1+i%12, 1+(i*7)%28, 11+i*13)
		sex := "女"
		if (first[16]-'0')%2 == 1 {
			sex = "男"
		}
		list[i] = Person{Name: names[i%len(names)], Sex: sex, Nation: nations[i%len(nations)], ID: first + string(core.IDCheckDigit(first)), Address: places[i%len(places)],
			From: fmt.Sprintf("20%02d.0%d.1%d", 8+i%14, 1+i%9, i%10), Until: fmt.Sprintf("20%02d.0%d.1%d", 28+i%14, 1+i%9, i%10)}
		if i%5 == 4 {
			list[i].Until = "长期"
		}
	}
	return list
}
