"""What residents get besides messages: certificates with the page that verifies them."""
