import mistralai.workflows as workflows
import mistralai.workflows.plugins.mistralai as workflows_mistralai

@workflows.workflow.define(
    name="expense-analysis-workflow",
    workflow_display_name="Expense Analysis",
    workflow_description="AI-powered expense analysis",
)
class ExpenseAnalysisWorkflow:
    @workflows.workflow.entrypoint
    async def run(self, expense_data: str) -> workflows_mistralai.ChatAssistantWorkflowOutput:
        # Create a streaming session - responses will automatically
        # stream to the UI as they are generated
        session = workflows_mistralai.RemoteSession(stream=True)

        analyst_agent = workflows_mistralai.Agent(
            model="mistral-medium-2508",
            name="expense-analyst",
            description="Analyzes expense reports for policy compliance",
            instructions="""You are an expense report analyst. Review the expense data
            and provide insights on:
            1. Policy compliance
            2. Unusual patterns
            3. Optimization suggestions
            Be concise and professional.""",
        )

        # The agent's response streams automatically custom events with JSON patches to update the UI.
        await workflows_mistralai.Runner.run(
            agent=analyst_agent,
            inputs=f"Analyze this expense report:\n\n{expense_data}",
            session=session,
        )

        return workflows_mistralai.ChatAssistantWorkflowOutput(
            content=[workflows_mistralai.TextOutput(text="Analysis complete.")]
        )

@workflows.workflow.define(
    name="full-expense-workflow",
    workflow_display_name="Full Expense Processing",
    workflow_description="Complete expense workflow with AI analysis and approval",
)
class FullExpenseWorkflow(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self, expense_data: str) -> workflows_mistralai.ChatAssistantWorkflowOutput:
        # Define workflow steps
        analyze_item = workflows_mistralai.TodoListItem(
            title="AI Analysis",
            description="Analyze expense for compliance"
        )
        review_item = workflows_mistralai.TodoListItem(
            title="Manager Review",
            description="Get manager approval"
        )
        process_item = workflows_mistralai.TodoListItem(
            title="Process",
            description="Complete processing"
        )

        async with workflows_mistralai.TodoList(
            items=[analyze_item, review_item, process_item]
        ) as todo_list:
            # Step 1: AI Analysis with streaming (using context manager)
            async with analyze_item:
                session = workflows_mistralai.RemoteSession(stream=True)
                analyst = workflows_mistralai.Agent(
                    model="mistral-medium-2508",
                    name="expense-analyst",
                    description="Expense policy analyst",
                    instructions="Analyze the expense for policy compliance. Be brief.",
                )
                await workflows_mistralai.Runner.run(
                    agent=analyst,
                    inputs=expense_data,
                    session=session,
                )

            # Step 2: Manager Review (using context manager)
            async with review_item:
                decision = await self.wait_for_input(
                    workflows_mistralai.ChatInput(
                        "Do you approve or reject this expense? Please explain.",
                        suggestions=[
                            [workflows_mistralai.TextChunk(text="Yes, approve this expense")],
                            [workflows_mistralai.TextChunk(text="Reject")],
                        ],
                    )
                )

            # Step 3: Process (using manual status control for conditional logic)
            await process_item.set_status("in_progress")
            decision_text = decision.message[0].text if decision.message else ""

            if "approve" in decision_text.lower():
                result = f"Expense approved. {decision_text}"
            else:
                result = f"Expense rejected. {decision_text}"

            await process_item.set_status("done")

        return workflows_mistralai.ChatAssistantWorkflowOutput(
            content=[workflows_mistralai.TextOutput(text=result)]
        )

if __name__ == "__main__":
    import asyncio
    asyncio.run(workflows.run_worker([FullExpenseWorkflow]))
