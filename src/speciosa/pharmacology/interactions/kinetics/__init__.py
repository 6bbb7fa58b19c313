"""Changes of concentration: the static model, its parameters as samples, and one ratio of AUCs."""
