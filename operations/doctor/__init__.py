"""`make doctor`: ask an AWS account and a deployed platform how they are; nothing is changed."""
