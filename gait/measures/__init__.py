"""What strides show: one question a file, all of them through `suite.measure_all`."""
