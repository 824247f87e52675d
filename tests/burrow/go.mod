module burrow

go 1.18

require github.com/influxdata/telegraf v1.23.4
