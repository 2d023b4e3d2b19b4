"""Questions: what may be asked, the plan that answers it, and the view it comes back as."""
