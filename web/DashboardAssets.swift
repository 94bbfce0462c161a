public enum DashboardAssets {}
