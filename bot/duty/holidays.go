package duty

import (
	"time"

	"qunguan/bot/chat"
)

// BuiltIn is the calendar of the years whose notice this version carries: 2024, 2025 and 2026.
func BuiltIn() Calendar { return builtIn }

var builtIn = func() Calendar {
	var c Calendar
	for _, n := range notices {
		c = c.With(n.correction())
	}
	return c
}()

var (
	newYear     = chat.Text{ZH: "元旦", EN: "New Year’s Day"}
	spring      = chat.Text{ZH: "春节", EN: "Spring Festival"}
	qingming    = chat.Text{ZH: "清明节", EN: "Qingming Festival"}
	labour      = chat.Text{ZH: "劳动节", EN: "Labour Day"}
	dragonBoat  = chat.Text{ZH: "端午节", EN: "Dragon Boat Festival"}
	midAutumn   = chat.Text{ZH: "中秋节", EN: "Mid-Autumn Festival"}
	national    = chat.Text{ZH: "国庆节", EN: "National Day"}
	bothOctober = chat.Text{ZH: "国庆节、中秋节", EN: "National Day and Mid-Autumn Festival"}
)

// notice is what one year's notice says.
type notice struct {
	year     int
	holidays []holiday
}

// holiday is one item of a notice. to is its last day.
type holiday struct {
	name     chat.Text
	from, to on
	works    []on // the weekend days on which it is made up for
}

// on is a month and a day.
type on struct {
	month time.Month
	day   int
}

// notices are the State Council's, as published on gov.cn and by Xinhua:
//
//   - 国务院办公厅关于2024年部分节假日安排的通知, 国办发明电〔2023〕7号, 2023-10-25
//   - 国务院办公厅关于2025年部分节假日安排的通知, 国办发明电〔2024〕12号, 2024-11-12
//   - 国务院办公厅关于2026年部分节假日安排的通知, 国办发明电〔2025〕7号, 2025-11-04
//
// Where a notice says 与周末连休 the weekend before or after belongs to the holiday. New Year's Eve of 2024 (除夕,
// 02-09) is worked: the notice only encourages employers to grant it, which is for a correction to say.
var notices = []notice{
	{2024, []holiday{
		{newYear, on{1, 1}, on{1, 1}, nil},
		{spring, on{2, 10}, on{2, 17}, []on{{2, 4}, {2, 18}}},
		{qingming, on{4, 4}, on{4, 6}, []on{{4, 7}}},
		{labour, on{5, 1}, on{5, 5}, []on{{4, 28}, {5, 11}}},
		{dragonBoat, on{6, 8}, on{6, 10}, nil},
		{midAutumn, on{9, 15}, on{9, 17}, []on{{9, 14}}},
		{national, on{10, 1}, on{10, 7}, []on{{9, 29}, {10, 12}}},
	}},
	{2025, []holiday{
		{newYear, on{1, 1}, on{1, 1}, nil},
		{spring, on{1, 28}, on{2, 4}, []on{{1, 26}, {2, 8}}},
		{qingming, on{4, 4}, on{4, 6}, nil},
		{labour, on{5, 1}, on{5, 5}, []on{{4, 27}}},
		{dragonBoat, on{5, 31}, on{6, 2}, nil},
		{bothOctober, on{10, 1}, on{10, 8}, []on{{9, 28}, {10, 11}}},
	}},
	{2026, []holiday{
		{newYear, on{1, 1}, on{1, 3}, []on{{1, 4}}},
		{spring, on{2, 15}, on{2, 23}, []on{{2, 14}, {2, 28}}},
		{qingming, on{4, 4}, on{4, 6}, nil},
		{labour, on{5, 1}, on{5, 5}, []on{{5, 9}}},
		{dragonBoat, on{6, 19}, on{6, 21}, nil},
		{midAutumn, on{9, 25}, on{9, 27}, nil},
		{national, on{10, 1}, on{10, 7}, []on{{9, 20}, {10, 10}}},
	}},
}

func (n notice) correction() Correction {
	o := Correction{Years: []int{n.year}}
	for _, h := range n.holidays {
		last := h.to.in(n.year)
		for d := h.from.in(n.year); !last.Before(d); d = d.Plus(1) {
			o.Days = append(o.Days, Special{Day: d, Name: h.name})
		}
		for _, w := range h.works {
			o.Days = append(o.Days, Special{Day: w.in(n.year), Name: h.name, Works: true})
		}
	}
	return o
}

func (o on) in(year int) Day { return Day{Year: year, Month: o.month, Day: o.day} }
